// While filters are ticked, the button says how many products they would leave. Without this file
// it says "Show products", and the page that follows says how many there are.
(() => {
  const form = document.getElementById("filters");
  const foot = form?.querySelector(".filters-foot");
  if (!foot) return;
  let asked = null;

  const address = () => {
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    return `${location.pathname}?${new URLSearchParams(filled)}`;
  };

  form.addEventListener("change", async () => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(address(), { signal: asked.signal });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("#filters .filters-foot");
      // The button itself stays, so that it keeps the focus.
      if (fresh) foot.querySelector("button").textContent = fresh.textContent.trim();
    } catch {
      // The next page tells.
    }
  });
})();
