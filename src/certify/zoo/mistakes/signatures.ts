/** Operators that believe the wrong messages, or not the right ones. */
import { Buffer } from 'node:buffer';
import { timingSafeEqual } from 'node:crypto';
import { CORRECT, digest } from '../habits.ts';
import type { Mistake } from './mistake.ts';

/** The framework has parsed the body already, so the signature is made over what is written back from that. */
const reserialisedBody: Mistake = {
  name: 'reserialised-body',
  mistake: 'The signature is checked over the parsed and re-written JSON instead of the bytes that came.',
  costs:
    'Genuine bets written with a space or with 1.00 as a number are turned away, and bytes that were changed after they were signed pass.',
  caughtBy: ['SIG-02', 'SIG-02.moved', 'SIG-07'],
  habits: {
    isGenuine: (message, secrets) => {
      const parsed = parsedOrNull(Buffer.from(message.body).toString('utf8'));
      const rewritten = parsed === null ? message.body : Buffer.from(JSON.stringify(parsed.value), 'utf8');
      return CORRECT.isGenuine({ ...message, body: rewritten }, secrets);
    },
  },
};

function parsedOrNull(text: string): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** `timingSafeEqual` throws when the lengths differ, and nobody asked for the length. */
const crashingComparison: Mistake = {
  name: 'crashing-comparison',
  mistake:
    'Signatures are compared in constant time without comparing their lengths, so one of another length is an exception.',
  costs:
    'Anybody can make it answer "I do not know, ask again" without a key, and its alarms ring for forged messages as for a broken database.',
  caughtBy: ['SIG-16'],
  habits: {
    isGenuine: ({ body, signature, prefix }, secrets) => {
      if (signature === undefined) return false;
      const given = Buffer.from(signature, 'utf8');
      return secrets.some((secret) =>
        timingSafeEqual(Buffer.from(digest(secret, prefix, body).toString('hex')), given),
      );
    },
  },
};

/** "Some of our old integrations do not sign yet." */
const unsignedAccepted: Mistake = {
  name: 'unsigned-accepted',
  mistake: 'A message without a signature is taken for genuine.',
  costs: 'Whoever finds the address can pay himself a win of any size.',
  caughtBy: ['SIG-15'],
  habits: {
    isGenuine: (message, secrets) => message.signature === undefined || CORRECT.isGenuine(message, secrets),
  },
};

export const SIGNATURE_MISTAKES: readonly Mistake[] = [reserialisedBody, crashingComparison, unsignedAccepted];
