// Loads the API's description, with a key where the service needs one, and shows it.
"use strict";

const service = new URL("..", document.currentScript.src);
const form = document.getElementById("sign-in");
const problem = document.getElementById("problem");
const STORED = "fanjoin-api-key";

function signed(headers) {
  const key = sessionStorage.getItem(STORED);
  return key ? { ...headers, "x-api-key": key } : headers;
}

async function load() {
  const answer = await fetch(new URL("openapi.json", service), { headers: signed({}) });
  if (answer.status === 401) {
    if (sessionStorage.getItem(STORED)) problem.textContent = "The service does not accept this key.";
    sessionStorage.removeItem(STORED);
    form.hidden = false;
    return;
  }
  if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
  const spec = await answer.json();
  spec.servers = [{ url: service.href.replace(/\/$/, "") }];
  form.hidden = true;
  problem.textContent = "";
  SwaggerUIBundle({
    spec,
    dom_id: "#api",
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "none",
    requestInterceptor: (request) => ({ ...request, headers: signed(request.headers) }),
  });
}

function show() {
  load().catch((error) => {
    problem.textContent = `The description cannot be loaded: ${error.message}.`;
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(STORED, document.getElementById("key").value.trim());
  show();
});
show();
