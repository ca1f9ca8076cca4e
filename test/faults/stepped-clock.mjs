// Preloaded into a gateway (NODE_OPTIONS=--import …): SIGUSR2 steps its wall clock to what the file named by
// CROUPIER_FAULTS_CLOCK says, in milliseconds from the true time. The monotonic clock stays what it is.
import { readFileSync } from 'node:fs';

const trueNow = Date.now.bind(Date);
let stepMs = 0;

globalThis.Date = class extends Date {
  constructor(...words) {
    if (words.length === 0) super(trueNow() + stepMs);
    else super(...words);
  }

  static now() {
    return trueNow() + stepMs;
  }
};
process.on('SIGUSR2', () => {
  stepMs = Number(readFileSync(process.env.CROUPIER_FAULTS_CLOCK, 'utf8'));
});
