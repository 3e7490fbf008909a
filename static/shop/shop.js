// The shop works without this file. It only saves steps: no page needs it.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // How many things are in the cart: pages are the same for everybody, so they ask.
  const showBadge = async () => {
    const badge = document.querySelector("[data-badge]");
    if (!badge) return;
    try {
      const answer = await fetch(badge.dataset.badge, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const { count } = await answer.json();
      badge.textContent = count || "";
      badge.toggleAttribute("aria-label", false);
      if (count) badge.setAttribute("aria-label", `${count} ${badge.dataset.words}`);
    } catch {
      // Offline or on the way to the next page: the badge just stays as it is.
    }
  };

  const showSteppers = (part) => {
    for (const button of part.querySelectorAll("[data-step]")) button.hidden = false;
  };

  // On a phone the lines of an order fold: the total stays in sight.
  const fold = (part) => {
    if (!matchMedia("(max-width: 48rem)").matches) return;
    for (const lines of part.querySelectorAll("details.summary-lines")) lines.open = false;
  };

  // Take some parts of another version of this page; false when it has none of them.
  const swap = (html, ids) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const focused = document.activeElement?.id;
    let swapped = false;
    for (const id of ids) {
      const now = document.getElementById(id);
      const next = page.getElementById(id);
      if (!now || !next) continue;
      now.replaceWith(next);
      showSteppers(next);
      fold(next);
      swapped = true;
    }
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return swapped;
  };

  // Another colour or size without loading the page again. The last choice counts.
  let choices = 0;
  let choosing = null;
  const choose = async (field) => {
    const mine = ++choices;
    const address = new URL(field.form.action);
    address.search = new URLSearchParams({ variant: field.value });
    try {
      const answer = await fetch(address);
      const html = await answer.text();
      if (mine !== choices) return false;
      const wanted = document.getElementById("quantity")?.value;
      if (!answer.ok || !swap(html, field.dataset.swap.split(" "))) throw answer;
      const quantity = document.getElementById("quantity");
      if (quantity && wanted) quantity.value = wanted;
      history.replaceState(null, "", address);
      choosing = null;
      return true;
    } catch {
      if (mine === choices) location.assign(address);
      return false;
    }
  };
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-swap]")) choosing = choose(target);
  });

  // One more, one less.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const input = button.parentElement.querySelector("input");
    const wanted = (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step);
    input.value = Math.min(Math.max(wanted, Number(input.min)), Number(input.max));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // A button mustn't be swapped between press and release, or the click on it would be lost.
  let released = Promise.resolve();
  document.addEventListener("pointerdown", () => {
    released = new Promise((resolve) => {
      const letGo = () => setTimeout(resolve); // the click comes first
      addEventListener("pointerup", letGo, { once: true });
      addEventListener("pointercancel", letGo, { once: true });
    });
  });

  // What else the price depends on: ask for the totals again, keep everything that was typed.
  let asked = 0;
  const reprice = async (form, parts) => {
    const mine = ++asked;
    const data = new URLSearchParams(new FormData(form));
    data.set("action", "update");
    const summary = document.getElementById("checkout-summary");
    summary.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data });
      const html = await answer.text();
      await released;
      // A later change is on its way: its answer counts, not this one.
      if (mine === asked && answer.ok) swap(html, [...parts, "delivery", "checkout-summary"]);
    } catch {
      // The old total stays. If it is wrong, the shop says so before anything is ordered.
    } finally {
      document.getElementById("checkout-summary")?.removeAttribute("aria-busy");
    }
  };
  let waiting;
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.matches("select[data-submit]")) field.form.requestSubmit();
    if (field.closest("form[data-submit]")) {
      clearTimeout(waiting); // somebody may press + a few times
      waiting = setTimeout(() => field.form.requestSubmit(), 600);
    }
    const form = field.closest("form.checkout");
    if (!form) return;
    // Another country writes its addresses in another way.
    if (field.name === "country_code") reprice(form, ["shipping-parts"]);
    if (field.name === "billing-country_code") reprice(form, ["billing-parts"]);
    if (/^(state|postal_code|vat_id)$/.test(field.name)) reprice(form, []);
    // What is fetched in the store needs no street.
    if (field.name === "shipping_method") reprice(form, ["shipping-rest"]);
  });

  // What may be meant, below a search box while somebody types: ARIA's combobox with a list.
  const suggest = (input) => {
    const list = document.createElement("ul");
    const status = document.createElement("p");
    list.id = `${input.id}-suggestions`;
    list.className = "suggestions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.label);
    status.className = "sr";
    status.setAttribute("role", "status");
    input.form.append(list, status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    let pause;
    let fetching = new AbortController();
    const chosen = () => list.querySelector('[aria-selected="true"]');
    const mark = (option) => {
      chosen()?.setAttribute("aria-selected", "false");
      option?.setAttribute("aria-selected", "true");
      option?.scrollIntoView({ block: "nearest" });
      if (option) input.setAttribute("aria-activedescendant", option.id);
      else input.removeAttribute("aria-activedescendant");
    };
    const show = (isOpen) => {
      list.hidden = !isOpen;
      input.setAttribute("aria-expanded", String(isOpen));
      if (!isOpen) mark(null);
    };
    const close = () => {
      clearTimeout(pause);
      fetching.abort();
      show(false);
      status.textContent = "";
    };
    const ask = async () => {
      fetching = new AbortController();
      const asked = new URLSearchParams({ q: input.value.trim(), in: input.dataset.in });
      const address = `${input.dataset.suggest}?${asked}`;
      try {
        const answer = await fetch(address, { signal: fetching.signal });
        if (!answer.ok) return;
        const part = new DOMParser().parseFromString(await answer.text(), "text/html");
        const found = [...part.querySelectorAll("[role=option]")];
        found.forEach((option, n) => { option.id = `${list.id}-${n}`; });
        list.replaceChildren(...found);
        show(found.length > 0);
        status.textContent = found.length ? part.querySelector("p").textContent : "";
      } catch {
        // Typed on, or offline: the button still searches.
      }
    };
    input.addEventListener("input", () => {
      clearTimeout(pause);
      fetching.abort();
      if (input.value.trim().length < 2) return close();
      pause = setTimeout(ask, 150);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const rows = [...list.children];
      const place = rows.indexOf(chosen());
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault(); // the first press closes the list, the second empties the box
        close();
      } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && rows.length) {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = place < 0 ? (step > 0 ? 0 : rows.length - 1) : place + step;
        show(true);
        mark(rows[next] ?? null); // beyond either end is the box itself
      } else if (event.key === "Enter" && place >= 0) {
        event.preventDefault();
        location.assign(rows[place].dataset.href);
      }
    });
    // The box keeps the focus, so that a press on a row isn't a blur.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.href);
    });
    input.addEventListener("blur", close);
    input.form.addEventListener("submit", close);
  };

  // A second press of the button while the first is on its way does nothing. Empty filters don't
  // belong into the address.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    if (choosing && form.matches("#buy .buy-row")) {
      // What was chosen last goes into the cart, not what was on the page before.
      event.preventDefault();
      choosing.then((done) => done && document.querySelector("#buy .buy-row")?.requestSubmit());
      return;
    }
    if (form.getAttribute("method") === "post") {
      form.dataset.sent = "yes";
      event.submitter?.setAttribute("aria-disabled", "true");
    } else {
      for (const field of form.elements) if (!field.value && field.name) field.disabled = true;
    }
  });

  // Back in a page that the browser had kept.
  addEventListener("pageshow", (event) => {
    for (const form of document.forms) {
      delete form.dataset.sent;
      for (const field of form.elements) {
        field.removeAttribute("aria-disabled");
        if (field.name) field.disabled = false;
      }
    }
    if (event.persisted) showBadge();
  });

  // Light or dark, kept in this browser only; theme.js reads it before the page is drawn.
  const offerThemes = () => {
    const themes = document.getElementById("theme");
    if (!themes) return;
    for (const choice of themes.elements) choice.checked = choice.value === (root.dataset.theme || "");
    themes.hidden = false;
    themes.addEventListener("change", ({ target }) => {
      root.dataset.theme = target.value;
      try {
        localStorage.setItem("shop-theme", target.value);
      } catch {
        // Storage is switched off: it holds for this page.
      }
    });
  };

  showSteppers(document);
  fold(document);
  showBadge();
  offerThemes();
  document.querySelectorAll("[data-suggest]").forEach(suggest);
  document.getElementById("errors")?.focus();
})();
