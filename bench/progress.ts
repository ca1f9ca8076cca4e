/** Says how far the run is, on standard error: a bar where a person looks on, plain lines elsewhere. */

export interface Progress {
  readonly say: (step: string) => void;
  readonly advance: (step: string) => void;
  readonly end: () => void;
}

const WIDTH = 24;

export function createProgress(total: () => number): Progress {
  const { stderr } = process;
  let done = 0;
  const show = (step: string): void => {
    const all = total();
    if (!stderr.isTTY) {
      stderr.write(all === 0 ? `${step}\n` : `[${done}/${all}] ${step}\n`);
      return;
    }
    const filled = all === 0 ? 0 : Math.round((done / all) * WIDTH);
    const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}`;
    stderr.write(`\r\u001B[2K${bar} ${step}`.slice(0, (stderr.columns ?? 80) + 10));
  };
  return {
    say: show,
    advance: (step) => {
      done += 1;
      show(step);
    },
    end: () => {
      if (stderr.isTTY) stderr.write('\r\u001B[2K');
    },
  };
}
