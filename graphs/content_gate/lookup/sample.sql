-- Rows to try the database check on, used until FANJOIN_CONTENT_DATABASE_URL names another.
-- The texts of the publications stand beside them, so that one can be sent in again.

INSERT INTO authors (id, is_blocked, reason) VALUES
    ('ada', FALSE, NULL),
    ('bulk-sender', TRUE, 'sent the same advertisement forty times'),
    ('old-account', TRUE, NULL);

-- The sea rises and falls twice a day. A dam across a bay keeps the high water back and lets it out through turbines.
INSERT INTO publications (id, title, title_key, fingerprint) VALUES (
    'pub-1',
    'Tidal power in ten minutes',
    'tidal power in ten minutes',
    '38c436eb73c23f7c681d496cfc5fbbee5565b5bf3f8a0f7129da5d8cd7343f30'
);

-- Feed the starter daily. Keep it warm, wait until it doubles, and bake hot.
INSERT INTO publications (id, title, title_key, fingerprint) VALUES (
    'pub-2',
    'Ten rules for a good sourdough',
    'ten rules for a good sourdough',
    'ee9ffd5ee386169b9e8af33b78a28073a0489651d006633077c829724baa8a73'
);

INSERT INTO blocked_terms (term, reason) VALUES
    ('miracle cure', 'promises of healing'),
    ('casino bonus', 'advertising for gambling'),
    ('guaranteed returns', NULL);
