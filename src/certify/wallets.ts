/**
 * What a wallet has, asked of the operator as an aggregator would; and whether it has what it should. A balance that is wrong
 * and becomes right is an old one; only one that stays wrong is money.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { formatUnits, isProblem, parseDecimal, toUnits } from '../money/index.ts';
import { ask, ASKING, balanceCall } from './ask.ts';
import type { Notes } from './ask.ts';
import type { Finding } from './judge.ts';
import type { CastPlayer } from './lookup.ts';
import type { World } from './world.ts';

export type Balance =
  | { readonly kind: 'units'; readonly units: bigint }
  /** an answer that is no whole number of the currency's units */
  | { readonly kind: 'odd'; readonly text: string }
  | { readonly kind: 'unknown'; readonly why: string };

/** Text of an answer as units; null where it is no amount of the currency. */
export function unitsOfBalance(text: string, scale: number): bigint | null {
  const decimal = parseDecimal(text);
  if (isProblem(decimal)) return null;
  const units = toUnits(decimal, scale);
  return isProblem(units) ? null : units;
}

export async function balanceOf(world: World, notes: Notes, player: CastPlayer): Promise<Balance> {
  const call = balanceCall(world, player);
  const { reading } = await ask(world, notes, { ...ASKING, call, label: `balance of ${player.id}` });
  if (reading.kind !== 'applied') {
    const why = reading.kind === 'rejected' ? `refused with ${reading.code}` : reading.reason;
    return { kind: 'unknown', why: `the balance of ${player.id}: ${why}` };
  }
  if (reading.balance === '') return { kind: 'unknown', why: `the balance of ${player.id} was not said` };
  const units = unitsOfBalance(reading.balance, world.cast.scale);
  return units === null ? { kind: 'odd', text: reading.balance } : { kind: 'units', units };
}

export type WalletCheck =
  | { readonly kind: 'right' }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'unknown'; readonly why: string };

const LOOKS = 8;
const LOOK_PAUSE_MS = 60;

/** `soon`: something is on its way, so a wallet that becomes right is right. */
export async function checkWallet(
  world: World,
  notes: Notes,
  order: { readonly player: CastPlayer; readonly expected: bigint; readonly soon: boolean },
): Promise<WalletCheck> {
  const { player, expected, soon } = order;
  const since = world.clock.monotonic();
  let wrong: bigint | null = null;
  for (let looks = 1; ; looks += 1) {
    const balance = await balanceOf(world, notes, player);
    if (balance.kind === 'unknown') return balance;
    if (balance.kind === 'odd') return { kind: 'finding', finding: oddWallet(world, player, balance.text, expected) };
    if (balance.units === expected) break;
    wrong = balance.units;
    if (looks === LOOKS) return { kind: 'finding', finding: await wrongWallet(world, player, wrong, expected) };
    await sleep(LOOK_PAUSE_MS * looks);
  }
  const booked = await checkLookup(world, player, expected);
  if (booked !== null) return booked;
  if (wrong === null || soon) return { kind: 'right' };
  const took = Math.round(world.clock.monotonic() - since);
  const message = `the balance of ${player.id} was ${text(world, wrong)} and became ${text(world, expected)} only ${took} ms after the answer: an old balance was shown`;
  return { kind: 'finding', finding: { severity: 'players', message, wrongBy: null } };
}

async function checkLookup({ lookup, cast }: World, player: CastPlayer, expected: bigint): Promise<WalletCheck | null> {
  if (lookup === null) return null;
  for (let looks = 1; ; looks += 1) {
    const said = await lookup.balance(player.id, cast.currency);
    const units = said === null ? null : unitsOfBalance(said, cast.scale);
    if (units === expected) return null;
    if (looks === LOOKS) {
      const message = `the lookup says ${player.id} has ${said ?? 'no such wallet'}, the callback says ${formatUnits(expected, cast.scale)}`;
      return { kind: 'finding', finding: { severity: 'players', message, wrongBy: null } };
    }
    await sleep(LOOK_PAUSE_MS * looks);
  }
}

/** An amount with a fraction of a unit is a float's; anything else is no amount at all. */
function oddWallet(world: World, player: CastPlayer, shown: string, expected: bigint): Finding {
  const isAmount = !isProblem(parseDecimal(shown));
  const message = `the balance of ${player.id} is "${shown}", which is no whole number of units of ${world.cast.currency}; it must be ${text(world, expected)}`;
  return { severity: isAmount ? 'money' : 'players', message, wrongBy: null };
}

async function wrongWallet(world: World, player: CastPlayer, units: bigint, expected: bigint): Promise<Finding> {
  const booked = (await world.lookup?.balance(player.id, world.cast.currency)) ?? null;
  if (booked !== null && unitsOfBalance(booked, world.cast.scale) === expected) {
    const message = `the balance of ${player.id} is answered as ${text(world, units)} and stays so, while the book has ${text(world, expected)}: an old balance is shown`;
    return { severity: 'players', message, wrongBy: null };
  }
  const difference = units - expected;
  const whose = difference > 0n ? 'too much: the operator loses it' : 'too little: the player loses it';
  return {
    severity: 'money',
    message: `the wallet of ${player.id} has ${text(world, units)}, and must have ${text(world, expected)}; ${whose}`,
    wrongBy: `${difference > 0n ? '+' : ''}${text(world, difference)}`,
  };
}

const text = ({ cast }: World, units: bigint): string => `${formatUnits(units, cast.scale)} ${cast.currency}`;
