/** Names as people type them in a hurry: an error in each, the same ones in every run. Pure. */

/** Each name cut to its first two words, with a letter lost, doubled, changed or swapped, in turn. */
export function typingErrors(names: readonly string[]): readonly string[] {
  return names.map((name, turn) => {
    const typed = name.split(' ').slice(0, 2).join(' ').toLowerCase();
    const at = 1 + ((turn * 7) % Math.max(1, typed.length - 2));
    const [before, letter, next, rest] = [
      typed.slice(0, at),
      typed.charAt(at),
      typed.charAt(at + 1),
      typed.slice(at + 2),
    ];
    switch (turn % 4) {
      case 0:
        return `${before}${next}${rest}`;
      case 1:
        return `${before}${letter}${letter}${next}${rest}`;
      case 2:
        return `${before}q${next}${rest}`;
      default:
        return `${before}${next}${letter}${rest}`;
    }
  });
}
