/**
 * What is looked for when somebody types `how to set ZMQ_RCVHWM`: RCVHWM. On a site about ZeroMQ all the rest
 * is everywhere. The site's search runs this in the browser, alone: it has to bring all that it needs.
 */
export function wordsOf(text: string): string[] {
  const everywhere =
    /^(an?|and|are|can|do|does|for|how|i|in|is|it|my|of|on|or|set|the|to|what|when|why|with)$/i;
  const words = text.replace(/\bZMQ_(?=\w)/gi, "").split(/[\n\r\p{Z}\p{P}]+/u);
  const telling = words.filter((word) => !everywhere.test(word));
  return telling.some(Boolean) ? telling : words;
}
