/** A page that sends ten requests at once, and shows the answers as they come. */
export const page = `<!doctype html>
<title>Ten requests at once</title>
<h1>Ten requests at once</h1>
<p><button>ask again</button> <output></output></p>
<ol></ol>
<script type="module">
  const list = document.querySelector("ol");
  async function ask() {
    const item = list.appendChild(document.createElement("li"));
    item.textContent = "waiting";
    const start = Date.now();
    const answer = await (await fetch("/")).text();
    item.textContent = answer + " (" + (Date.now() - start) / 1000 + " s)";
  }
  function askTen() {
    list.replaceChildren();
    for (let n = 0; n < 10; n += 1) ask();
  }
  document.querySelector("button").addEventListener("click", askTen);
  setInterval(() => { document.querySelector("output").value = new Date().toLocaleTimeString(); }, 100);
  askTen();
</script>
`;
