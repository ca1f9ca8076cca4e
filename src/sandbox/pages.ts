/** What a player sees when the aggregator refuses a launch: what is wrong, and what to do. */

const HINTS: Readonly<Record<string, string>> = {
  expired: 'Go back to the lobby and start the game again.',
  nonce_reused: 'A launch address works once. Go back to the lobby and start the game again.',
  gone: 'Go back to the lobby and start the game again.',
  not_yet_valid:
    "The operator's clock is ahead of the aggregator's. Starting again will not help until it is set right.",
  signature: 'The launch secret of the operator and the aggregator may differ.',
  malformed: 'The operator built a launch address the aggregator cannot read.',
  unknown_game: 'Choose another game.',
};

export function refusalPage(reason: string, message: string): string {
  const hint = HINTS[reason] ?? 'Go back to the lobby and try again.';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The game did not start</title>
<style>body{margin:0;min-height:100vh;display:grid;place-items:center;background:#10121a;color:#e9ecf5;font:16px/1.5 system-ui,sans-serif}
main{max-width:30rem;padding:2rem}h1{font-size:1.4rem;margin:0 0 .5rem}code{color:#ffd166}</style></head>
<body><main><h1>The game did not start</h1><p>${escape(message)}</p><p>${escape(hint)}</p><p><code>${escape(reason)}</code></p></main></body></html>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
