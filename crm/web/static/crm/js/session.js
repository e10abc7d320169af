// A session that ended takes nothing away: the page stays with all that was typed, and goes on after a new sign-in.
const door = () => document.querySelector("#signed-out");

document.body.addEventListener("htmx:responseError", (event) => {
  const said = document.querySelector("template#signed-out-said");
  if (event.detail.xhr.status !== 401 || !said || door()) return;
  document.querySelector("#alerts")?.append(said.content.cloneNode(true));
});
document.body.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful && event.detail.xhr.status < 400) door()?.remove(); });

// Until then nothing is sent that would only lead to the door.
document.addEventListener("submit", (event) => {
  if (!door() || event.target.method !== "post") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  door().querySelector("a").focus();
}, true);

// Signing in changes the token that forms carry; the page keeps pace.
const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector?.("[name=csrfmiddlewaretoken]");
  if (token() && field) field.value = token();
}, true);
document.body.addEventListener("htmx:configRequest", (event) => {
  const { headers, formData } = event.detail;
  if (!token()) return;
  headers["X-CSRFToken"] = token();
  if (formData?.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", token());
});
