-- The sample offers: made up, so that a trip can be planned with no key and no network.
-- Hotels and flights are the same everywhere but for the city's price level and the distance.
-- Amounts are cents of a euro. Weekdays count from Monday, 0. Hours are local.

CREATE TABLE cities (
    name TEXT PRIMARY KEY,
    also TEXT,  -- its name in its own language, where it has another
    country TEXT NOT NULL,
    country_name TEXT NOT NULL,
    latitude REAL NOT NULL,
    longitude REAL NOT NULL,
    timezone TEXT NOT NULL,
    airport TEXT NOT NULL,
    level INTEGER NOT NULL  -- of hotel prices, in percent
);
INSERT INTO cities VALUES
    ('Amsterdam', NULL, 'NL', 'Netherlands', 52.374, 4.890, 'Europe/Amsterdam', 'AMS', 150),
    ('Athens', 'Athina', 'GR', 'Greece', 37.984, 23.728, 'Europe/Athens', 'ATH', 90),
    ('Barcelona', NULL, 'ES', 'Spain', 41.389, 2.159, 'Europe/Madrid', 'BCN', 120),
    ('Berlin', NULL, 'DE', 'Germany', 52.524, 13.411, 'Europe/Berlin', 'BER', 105),
    ('Copenhagen', 'København', 'DK', 'Denmark', 55.676, 12.569, 'Europe/Copenhagen', 'CPH', 155),
    ('Dublin', NULL, 'IE', 'Ireland', 53.333, -6.249, 'Europe/Dublin', 'DUB', 145),
    ('Lisbon', 'Lisboa', 'PT', 'Portugal', 38.717, -9.133, 'Europe/Lisbon', 'LIS', 100),
    ('London', NULL, 'GB', 'United Kingdom', 51.509, -0.126, 'Europe/London', 'LHR', 170),
    ('Madrid', NULL, 'ES', 'Spain', 40.417, -3.703, 'Europe/Madrid', 'MAD', 105),
    ('Paris', NULL, 'FR', 'France', 48.853, 2.349, 'Europe/Paris', 'CDG', 160),
    ('Prague', 'Praha', 'CZ', 'Czechia', 50.088, 14.420, 'Europe/Prague', 'PRG', 85),
    ('Rome', 'Roma', 'IT', 'Italy', 41.892, 12.511, 'Europe/Rome', 'FCO', 115),
    ('Stockholm', NULL, 'SE', 'Sweden', 59.329, 18.069, 'Europe/Stockholm', 'ARN', 140),
    ('Vienna', 'Wien', 'AT', 'Austria', 48.208, 16.372, 'Europe/Vienna', 'VIE', 115);

-- Every airline flies between any two of the cities once a day.
CREATE TABLE departures (
    airline TEXT NOT NULL,
    number TEXT PRIMARY KEY,
    departs TEXT NOT NULL,
    stops INTEGER NOT NULL,
    more_minutes INTEGER NOT NULL,  -- than a flight with no stop
    base_cents INTEGER NOT NULL,  -- per person and way
    cents_per_km INTEGER NOT NULL
);
INSERT INTO departures VALUES
    ('Early Sample Air', 'XE 101', '06:40', 0, 0, 3450, 4),
    ('Noon Sample Air', 'XN 202', '12:15', 0, 0, 4890, 5),
    ('Roundabout Sample Air', 'XR 303', '14:05', 1, 125, 2990, 3),
    ('Late Sample Air', 'XL 404', '19:30', 0, 0, 3990, 4);

-- Every city has these. A room sleeps two; a price is for a night of a room at level 100.
CREATE TABLE hotels (
    name TEXT PRIMARY KEY,
    stars INTEGER,
    night_cents INTEGER NOT NULL,
    is_refundable INTEGER NOT NULL
);
INSERT INTO hotels VALUES
    ('Sample Hostel', NULL, 4200, 0),
    ('Sample House', 3, 8400, 1),
    ('Sample Court', 4, 12900, 1),
    ('Sample Palace', 5, 23900, 1);

-- Every week the same; no hour where it is not announced, no price where it is not known.
CREATE TABLE events (
    city TEXT NOT NULL REFERENCES cities (name),
    weekday INTEGER NOT NULL,
    starts TEXT,
    name TEXT NOT NULL,
    venue TEXT NOT NULL,
    cents INTEGER  -- per person
);
INSERT INTO events VALUES
    ('Amsterdam', 1, '20:15', 'Jazz night', 'Sample Canal Club', 2200),
    ('Amsterdam', 3, '19:00', 'Museum late opening: art of the canals', 'Sample Museum', 1800),
    ('Amsterdam', 5, '10:00', 'Food market', 'Sample Square', 0),
    ('Amsterdam', 6, '15:00', 'Organ music', 'Sample Church', 900),
    ('Athens', 1, '21:00', 'Rebetiko music', 'Sample Taverna', 1200),
    ('Athens', 3, '20:30', 'Theatre under the stars', 'Sample Odeon', 2500),
    ('Athens', 5, '09:30', 'Food market walk', 'Sample Market Hall', 1500),
    ('Athens', 6, '11:00', 'Art of old pots', 'Sample Museum', 800),
    ('Barcelona', 0, '19:30', 'Guitar music', 'Sample Palace of Song', 2800),
    ('Barcelona', 2, '20:00', 'Football training, open to all', 'Sample Stadium', 0),
    ('Barcelona', 4, '18:00', 'Tapas and food walk', 'Sample Quarter', 3500),
    ('Barcelona', 6, '11:30', 'Modern art tour', 'Sample Museum', 1400),
    ('Berlin', 1, '20:00', 'Chamber music', 'Sample Philharmonic', 2400),
    ('Berlin', 3, '19:00', 'Gallery night: new art', 'Sample Gallery', 0),
    ('Berlin', 5, '22:30', 'Techno night', 'Sample Cellar', 2000),
    ('Berlin', 6, '10:00', 'Flea market and food', 'Sample Park', 0),
    ('Copenhagen', 2, '20:00', 'Jazz by the harbour', 'Sample Boathouse', 2700),
    ('Copenhagen', 4, '17:00', 'Design and art walk', 'Sample Centre', 1600),
    ('Copenhagen', 5, '12:00', 'Street food fair', 'Sample Pier', 0),
    ('Copenhagen', 6, NULL, 'Swimming race', 'Sample Harbour', NULL),
    ('Dublin', 1, '21:00', 'Traditional music session', 'Sample Pub', 0),
    ('Dublin', 3, '19:30', 'A comedy on stage', 'Sample Theatre', 3200),
    ('Dublin', 5, '11:00', 'Art of old books', 'Sample Library', 1850),
    ('Dublin', 6, '15:30', 'Hurling match', 'Sample Park', 2500),
    ('Lisbon', 0, '20:30', 'Fado music evening', 'Sample House of Fado', 2200),
    ('Lisbon', 2, '18:30', 'Custard tart food workshop', 'Sample Bakery', 3000),
    ('Lisbon', 3, '11:00', 'Tile art tour', 'Sample Convent', 1000),
    ('Lisbon', 4, '21:00', 'Fado music evening', 'Sample House of Fado', 2600),
    ('Lisbon', 5, '17:00', 'Music by the river', 'Sample Terrace', 0),
    ('Lisbon', 6, NULL, 'Street fair', 'Sample Quarter', NULL),
    ('London', 1, '19:30', 'A musical', 'Sample West Theatre', 5500),
    ('London', 2, '13:00', 'Lunchtime music', 'Sample Church', 0),
    ('London', 4, '18:30', 'Art after hours', 'Sample Gallery', 2000),
    ('London', 5, '15:00', 'Football match', 'Sample Ground', 6500),
    ('Madrid', 1, '21:00', 'Flamenco music and dance', 'Sample Tablao', 3500),
    ('Madrid', 3, '18:00', 'Free hours: old master art', 'Sample Museum', 0),
    ('Madrid', 5, '20:30', 'Zarzuela', 'Sample Theatre', 2900),
    ('Madrid', 6, '09:00', 'Flea market and food', 'Sample Street', 0),
    ('Paris', 1, '20:30', 'Chanson music', 'Sample Cabaret', 3800),
    ('Paris', 3, '19:00', 'Art late opening', 'Sample Museum', 1600),
    ('Paris', 5, '10:30', 'Cheese and food walk', 'Sample Market', 4500),
    ('Paris', 6, '16:00', 'Organ music', 'Sample Church', 0),
    ('Prague', 0, '19:00', 'Puppet opera', 'Sample Theatre', 1400),
    ('Prague', 2, '20:00', 'String music', 'Sample Hall of Mirrors', 2100),
    ('Prague', 4, '18:00', 'Beer and food walk', 'Sample Cellars', 2600),
    ('Prague', 6, '11:00', 'Glass art', 'Sample Museum', 700),
    ('Rome', 1, '20:00', 'Opera music', 'Sample Baths', 3900),
    ('Rome', 3, '17:30', 'Pasta food class', 'Sample Kitchen', 4200),
    ('Rome', 5, '09:00', 'Ancient art tour', 'Sample Forum', 1600),
    ('Rome', 6, '12:00', 'Open air music', 'Sample Gardens', 0),
    ('Stockholm', 1, '19:30', 'Choir music', 'Sample Concert House', 1900),
    ('Stockholm', 3, '18:00', 'Photo art evening', 'Sample Museum', 1700),
    ('Stockholm', 5, '11:00', 'Boat and food tour', 'Sample Quay', 4800),
    ('Stockholm', 6, '13:00', 'Folk dance', 'Sample Open Air Museum', 0),
    ('Vienna', 0, '19:30', 'Waltz music', 'Sample Golden Hall', 4600),
    ('Vienna', 2, '18:30', 'Art and coffee', 'Sample Museum', 1500),
    ('Vienna', 4, '19:00', 'Opera, standing room', 'Sample Opera', 1000),
    ('Vienna', 6, '10:00', 'Farmers'' food market', 'Sample Market', 0);
