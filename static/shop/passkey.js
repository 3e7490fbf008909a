// Passkeys need a script; where a browser knows none of this, the forms stay hidden.
"use strict";
(() => {
  const known = window.PublicKeyCredential;
  // Browsers make none for an address of digits; http://localhost is fine.
  if (/^[\d.]+$|^\[/.test(location.hostname)) return;
  if (!known?.parseCreationOptionsFromJSON || !known.parseRequestOptionsFromJSON) return;

  const ask = async (form) => {
    const answer = await fetch(form.dataset.options, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
    });
    if (!answer.ok) throw answer;
    const options = await answer.json();
    const credential =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(options) });
    form.elements.credential.value = JSON.stringify(credential);
    form.submit();
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const sorry = form.querySelector("[data-sorry]");
      sorry.hidden = true;
      ask(form).catch(() => {
        // Given up, too slow, or no such passkey on this device.
        sorry.hidden = false;
      });
    });
  }
})();
