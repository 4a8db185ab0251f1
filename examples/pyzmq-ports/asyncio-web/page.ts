/** A page that asks for one greeting after the other, and lists them. */
export const page = `<!doctype html>
<title>Greetings</title>
<h1>Greetings, as they come</h1>
<ol></ol>
<script type="module">
  for (;;) {
    const greeting = await (await fetch("/greeting")).text();
    const item = document.querySelector("ol").appendChild(document.createElement("li"));
    item.textContent = greeting;
  }
</script>
`;
