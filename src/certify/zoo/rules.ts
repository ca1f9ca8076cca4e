/**
 * What a bet, a win, a refund or the end of a round does to the book, read off docs/dialects/generic.md and nothing else: it
 * shares no line with the wallet it helps to judge. Works on a draft; the caller commits it whatever the outcome, because
 * refusals are remembered as well.
 */
import type { Call, Code, Leg, Money, MoneyCall, Outcome, Round, Row, Session, Wallet } from './book.ts';
import type { Draft } from './database.ts';
import { toGame, toWallet } from './exchange.ts';
import type { Rate, Till } from './exchange.ts';
import type { Habits, Verdict } from './habits.ts';

/** What the rules are told besides the book. */
export interface Sight {
  readonly habits: Habits;
  readonly session: Session | null;
  readonly knowsGame: boolean;
  /** null: the player's money is in the currency of the game */
  readonly till: Till | null;
  /** too old for anything that is not in the book */
  readonly onlyKnown: boolean;
  readonly nowMs: number;
  readonly newId: () => string;
}

/** How long a win waits for its bet. */
const PARKED_MS = 15 * 60_000;
/** What a wallet can hold. */
const MOST_UNITS = 10n ** 37n;

type Result =
  | { readonly kind: 'done'; readonly row: Row; readonly duplicate: boolean }
  | { readonly kind: 'wait' }
  /** `remember`: what is written of the refusal, on a book as it was before the call */
  | { readonly kind: 'refused'; readonly code: Code; readonly remember: (draft: Draft) => void };

/** All legs or none. */
export function decide(draft: Draft, call: MoneyCall, sight: Sight): Outcome {
  if (sight.onlyKnown && !call.legs.every((leg) => isKnown(draft, leg, sight))) return { kind: 'stale' };
  const done: Extract<Result, { kind: 'done' }>[] = [];
  for (const leg of call.legs) {
    const result = decideLeg(draft, call, leg, sight);
    if (result.kind === 'wait') return { kind: 'unsure' };
    if (result.kind === 'refused') {
      draft.reset();
      result.remember(draft);
      return { kind: 'no', code: result.code, balance: balanceFor(draft, call, sight.till) };
    }
    done.push(result);
  }
  const balance = balanceFor(draft, call, sight.till);
  if (balance === null) return { kind: 'no', code: 'unknown_player', balance };
  const duplicate = done.every((each) => each.duplicate);
  return { kind: 'ok', operatorId: done[0]?.row.operatorId ?? null, duplicate, balance };
}

function decideLeg(draft: Draft, call: MoneyCall, leg: Leg, sight: Sight): Result {
  const seen = sight.habits.recall(draft, sight.habits.nameOf(leg), sight.nowMs);
  if (seen !== null) return repeated(leg, seen, sight);
  if (draft.walletsOf(call.player).length === 0) return refused('unknown_player');
  const lock = roundOf(draft, leg.facts, sight)?.rate ?? sight.till?.spot ?? null;
  const wallet = walletFor(draft, call, sight.till, lock);
  switch (leg.kind) {
    case 'bet':
      return decideBet(draft, call, leg, wallet, sight);
    case 'win':
      return decideWin(draft, call, leg, wallet, sight);
    case 'rollback':
      return decideRefund(draft, leg, sight);
  }
}

/** The same name again: the first answer stands, and other facts under it are a conflict. */
function repeated(leg: Leg, seen: Row, sight: Sight): Result {
  if (seen.state === 'tombstone') return refused(seen.facts.player === leg.facts.player ? 'reversed' : 'conflict');
  if (!sight.habits.isSame(seen.facts, leg.facts)) return refused('conflict');
  switch (seen.state) {
    case 'applied':
    case 'part_reversed':
      return { kind: 'done', row: seen, duplicate: true };
    case 'reversed':
      return refused('reversed');
    case 'rejected':
      return refused(seen.refusal ?? 'conflict');
    case 'parked': {
      if (sight.nowMs < seen.atMs + PARKED_MS) return { kind: 'wait' };
      return refused('not_found', (draft) => refuseRow(draft, seen, 'not_found', sight));
    }
  }
}

function decideBet(draft: Draft, call: MoneyCall, leg: Leg, wallet: Wallet | null, sight: Sight): Result {
  const round = roundOf(draft, leg.facts, sight);
  const rate = round?.rate ?? sight.till?.spot ?? null;
  const money = moneyOf(paidOf(leg.facts.flavour, leg.facts.amount), rate);
  const code = refusalOfBet(draft, call, leg, wallet, sight);
  if (code !== null) {
    return refused(code, (clean) => {
      putNew(clean, leg, sight, { state: 'rejected', refusal: code, money });
      for (const waiting of clean.parkedOf(call.player))
        if (waiting.facts.bet === leg.id) refuseRow(clean, waiting, 'not_found', sight);
    });
  }
  // A jackpot or gift is paid before the bet it names; it has settled it all the same.
  const wins = draft.winsNaming(leg.id).filter((win) => win.state === 'applied' && win.facts.player === call.player);
  const bet = putNew(draft, leg, sight, {
    state: 'applied',
    looseBefore: round?.looseWins ?? 0,
    wins: wins.length,
    money,
  });
  draft.move(call.player, sight.till?.currency ?? call.currency, -money);
  if (leg.facts.round !== null) {
    const opened = { ...NEW_ROUND, currency: call.currency, ...round, rate };
    const counted = { ...opened, bets: opened.bets + 1, betsStanding: opened.betsStanding + 1 };
    draft.putRound(sight.habits.roundKey(call.player, leg.facts.round), counted);
  }
  payWaiting(draft, bet, sight);
  if (leg.closesRound) close(draft, leg.facts, sight);
  return { kind: 'done', row: bet, duplicate: false };
}

function refusalOfBet(draft: Draft, call: MoneyCall, leg: Leg, wallet: Wallet | null, sight: Sight): Code | null {
  const stake = leg.facts.amount ?? 0n;
  const round = roundOf(draft, leg.facts, sight);
  if (wallet === null) return 'wrong_currency';
  if (stake > MOST_UNITS) return 'limit_reached';
  const ofSession = sight.habits.sessionRefusal('bet', sight.session, call);
  if (ofSession !== null) return ofSession;
  if (wallet.status !== 'active') return 'player_blocked';
  if (!sight.knowsGame) return 'unknown_game';
  if (round !== null && round.state !== 'open') return 'round_closed';
  if (round !== null && round.currency !== call.currency) return 'wrong_currency';
  if (leg.facts.flavour === 'free') return null;
  if (wallet.maxStake !== null && stake > wallet.maxStake) return 'limit_reached';
  return sight.habits.neededFor(stake, call.legs) > wallet.available ? 'insufficient_funds' : null;
}

function decideWin(draft: Draft, call: MoneyCall, leg: Leg, wallet: Wallet | null, sight: Sight): Result {
  const refuse = (code: Code): Result =>
    refused(code, (clean) => void putNew(clean, leg, sight, { state: 'rejected', refusal: code }));
  const verdict = verdictOnWin(draft, call, leg, wallet, sight);
  switch (verdict.kind) {
    case 'refuse':
      return refuse(verdict.code);
    case 'wait':
      putNew(draft, leg, sight, { state: 'parked' });
      return { kind: 'wait' };
    case 'nothing':
      return { kind: 'done', row: putNew(draft, leg, sight, { state: 'applied' }), duplicate: verdict.duplicate };
    case 'pay': {
      const win = putNew(draft, leg, sight, { state: 'applied' });
      pay(draft, win, verdict.units, sight);
      return { kind: 'done', row: win, duplicate: false };
    }
  }
}

function verdictOnWin(draft: Draft, call: MoneyCall, leg: Leg, wallet: Wallet | null, sight: Sight): Verdict {
  const refuse = (code: Code): Verdict => ({ kind: 'refuse', code });
  const amount = leg.facts.amount ?? 0n;
  if (wallet === null) return refuse('wrong_currency');
  if (amount > MOST_UNITS || wallet.balance + amount > MOST_UNITS) return refuse('limit_reached');
  const ofSession = sight.habits.sessionRefusal('win', sight.session, call);
  if (ofSession !== null) return refuse(ofSession);
  const verdict = verdictByBet(draft, leg, wallet, sight);
  if (verdict.kind !== 'pay') return verdict;
  const round = roundOf(draft, leg.facts, sight);
  return round !== null && round.currency !== call.currency ? refuse('wrong_currency') : verdict;
}

/** A win belongs to the bet it names, else to its round's bets; a jackpot or a gift may belong to nothing. */
function verdictByBet(draft: Draft, leg: Leg, wallet: Wallet, sight: Sight): Verdict {
  const { facts } = leg;
  if (facts.bet === null) return facts.flavour === 'win' ? verdictByRound(draft, leg, sight) : payAll(leg);
  const bet = draft.row(sight.habits.nameOf({ kind: 'bet', id: facts.bet }));
  if (bet === null && facts.flavour !== 'win') return payAll(leg);
  const verdict = sight.habits.judgeWin(facts, bet, wallet);
  if (bet === null || verdict.kind !== 'pay') return verdict;
  const misfit = misfitOf(facts, bet);
  return misfit === null ? verdict : { kind: 'refuse', code: misfit };
}

const payAll = ({ facts }: Leg): Verdict => ({ kind: 'pay', units: facts.amount ?? 0n });

function verdictByRound(draft: Draft, leg: Leg, sight: Sight): Verdict {
  const round = roundOf(draft, leg.facts, sight);
  if (round === null || round.bets === 0) return { kind: 'wait' };
  return round.betsStanding === 0 ? { kind: 'refuse', code: 'reversed' } : payAll(leg);
}

/** Why a win cannot belong to the bet it names or waited for. */
function misfitOf(win: Row['facts'], bet: Row): Code | null {
  if (bet.state === 'tombstone') return null;
  if (win.round !== null && bet.facts.round !== null && win.round !== bet.facts.round) return 'conflict';
  return win.currency === bet.facts.currency ? null : 'wrong_currency';
}

/** The money of a win, and its mark on the bet it names and on its round. */
function pay(draft: Draft, win: Row, units: bigint, sight: Sight): void {
  const { facts } = win;
  const name = facts.bet === null ? null : sight.habits.nameOf({ kind: 'bet', id: facts.bet });
  const bet = name === null ? null : draft.row(name);
  if (name !== null && bet !== null && bet.facts.player === facts.player)
    draft.putRow(name, { ...bet, wins: bet.wins + 1 });
  const round = facts.round ?? bet?.facts.round ?? null;
  const key = round === null ? null : sight.habits.roundKey(facts.player, round);
  const now = (key === null ? null : draft.round(key)) ?? { ...NEW_ROUND, currency: facts.currency };
  const { till, habits } = sight;
  const rate = till === null ? null : now.rate === null ? till.spot : habits.winRate(now.rate, till.spot);
  draft.move(facts.player, till?.currency ?? facts.currency, moneyOf(units, rate));
  if (key === null) return;
  const isLoose = facts.bet === null && facts.flavour === 'win';
  draft.putRound(key, {
    ...now,
    looseWins: now.looseWins + (isLoose ? 1 : 0),
    state: win.closesRound ? 'closed' : now.state === 'open' ? 'open' : 'reopened',
  });
}

/** The bet has come: the wins that waited for it or for its round are paid, in the order they came. */
function payWaiting(draft: Draft, bet: Row, sight: Sight): void {
  for (const waiting of draft.parkedOf(bet.facts.player)) {
    const { facts } = waiting;
    const isMeant = facts.bet === null ? facts.round === bet.facts.round : facts.bet === bet.id;
    if (!isMeant) continue;
    const misfit = misfitOf(facts, bet);
    if (misfit !== null) {
      refuseRow(draft, waiting, misfit, sight);
      continue;
    }
    const paid: Row = { ...waiting, state: 'applied' };
    draft.putRow(sight.habits.nameOf(waiting), paid);
    pay(draft, paid, facts.amount ?? 0n, sight);
  }
}

function decideRefund(draft: Draft, leg: Leg, sight: Sight): Result {
  const { facts } = leg;
  const name = sight.habits.nameOf({ kind: 'bet', id: facts.bet ?? '' });
  const bet = draft.row(name);
  const refuse = (code: Code, more: (clean: Draft) => void = () => undefined): Result =>
    refused(code, (clean) => {
      putNew(clean, leg, sight, { state: 'rejected', refusal: code });
      more(clean);
    });
  if (bet === null) return refuse('not_found', (clean) => entomb(clean, name, leg, sight));
  if (bet.facts.player !== facts.player) return refuse('conflict');
  if (bet.state === 'tombstone') return refuse('not_found');
  if (bet.facts.currency !== facts.currency) return refuse('conflict');
  if (facts.round !== null && bet.facts.round !== null && facts.round !== bet.facts.round) return refuse('conflict');

  const verdict = sight.habits.judgeRefund(facts, bet, roundOf(draft, bet.facts, sight));
  if (verdict.kind === 'refuse') return refuse(verdict.code);
  if (verdict.kind === 'wait') return { kind: 'wait' };
  const refund = putNew(draft, leg, sight, { state: 'applied' });
  if (verdict.kind === 'nothing') return { kind: 'done', row: refund, duplicate: verdict.duplicate };
  giveBack(draft, name, bet, verdict.units, sight);
  if (leg.closesRound) close(draft, bet.facts, sight);
  return { kind: 'done', row: refund, duplicate: false };
}

function giveBack(draft: Draft, name: string, bet: Row, units: bigint, sight: Sight): void {
  const { facts } = bet;
  const returned = bet.returned + units;
  const isAll = returned >= (facts.amount ?? 0n);
  const money = facts.flavour === 'free' ? 0n : sight.habits.moneyBack(bet, units, sight.till);
  draft.move(facts.player, sight.till?.currency ?? facts.currency, money);
  const returnedMoney = bet.returnedMoney + money;
  draft.putRow(name, { ...bet, returned, returnedMoney, state: isAll ? 'reversed' : 'part_reversed' });
  const round = roundOf(draft, facts, sight);
  if (round !== null && facts.round !== null && isAll)
    draft.putRound(sight.habits.roundKey(facts.player, facts.round), {
      ...round,
      betsStanding: round.betsStanding - 1,
    });
}

/** A refund came before its bet: the bet is remembered as undone, and no win waits for it any longer. */
function entomb(draft: Draft, name: string, refund: Leg, sight: Sight): void {
  const id = refund.facts.bet ?? '';
  const unborn: Leg = { kind: 'bet', id, facts: { ...refund.facts, bet: null, amount: null }, closesRound: false };
  const tombstone = sight.habits.tombstone({ ...newRow(unborn, sight), state: 'tombstone' });
  if (tombstone === null) return;
  draft.putRow(name, tombstone);
  for (const waiting of draft.parkedOf(refund.facts.player))
    if (waiting.facts.bet === id) refuseRow(draft, waiting, 'reversed', sight);
}

/** The end of a round, said by itself. */
export function decideClose(draft: Draft, call: Extract<Call, { type: 'close' }>, sight: Sight): Outcome {
  const balance = balanceFor(draft, call, sight.till);
  if (balance === null) return { kind: 'no', code: 'unknown_player', balance };
  const key = sight.habits.roundKey(call.player, call.round);
  const round = draft.round(key);
  if (sight.onlyKnown && round?.state !== 'closed') return { kind: 'stale' };
  if (round === null) return { kind: 'no', code: 'not_found', balance };
  draft.putRound(key, { ...round, state: 'closed' });
  return { kind: 'ok', operatorId: null, duplicate: round.state === 'closed', balance };
}

/** What may be said of the wallet in a refusal or an answer: that of the currency, else any the player has. */
export function balanceFor(draft: Draft, call: Pick<Call, 'player' | 'currency'>, till: Till | null): Money | null {
  const wallet = walletFor(draft, call, till, till?.spot ?? null) ?? draft.walletsOf(call.player)[0];
  return wallet === undefined ? null : { units: wallet.balance, scale: wallet.scale, currency: wallet.currency };
}

/** The wallet of the call's currency; one of another currency as the game sees it by this rate. */
export function walletFor(
  draft: Draft,
  { player, currency }: Pick<Call, 'player' | 'currency'>,
  till: Till | null,
  rate: Rate | null,
): Wallet | null {
  if (till === null || rate === null || currency !== till.game.currency) return draft.wallet(player, currency);
  const wallet = draft.wallet(player, till.currency);
  if (wallet === null) return null;
  const seen = { balance: toGame(wallet.balance, rate), available: toGame(wallet.available, rate) };
  return { ...wallet, ...till.game, ...seen };
}

/** What so many units of the game's currency are in the wallet; `rate` null: the same. */
const moneyOf = (units: bigint, rate: Rate | null): bigint => (rate === null ? units : toWallet(units, rate));

const NEW_ROUND = { bets: 0, betsStanding: 0, looseWins: 0, state: 'open', rate: null } as const;

/** A free round costs the player nothing, so nothing comes back either. */
const paidOf = (flavour: string, units: bigint | null): bigint => (flavour === 'free' ? 0n : (units ?? 0n));

const refused = (code: Code, remember: (draft: Draft) => void = () => undefined): Result => ({
  kind: 'refused',
  code,
  remember,
});

function isKnown(draft: Draft, leg: Leg, { habits, nowMs }: Sight): boolean {
  const row = habits.recall(draft, habits.nameOf(leg), nowMs);
  return row !== null && row.state !== 'tombstone';
}

function roundOf(draft: Draft, facts: Row['facts'], { habits }: Sight): Round | null {
  return facts.round === null ? null : draft.round(habits.roundKey(facts.player, facts.round));
}

function close(draft: Draft, facts: Row['facts'], sight: Sight): void {
  const round = roundOf(draft, facts, sight);
  if (round !== null && facts.round !== null)
    draft.putRound(sight.habits.roundKey(facts.player, facts.round), { ...round, state: 'closed' });
}

function newRow(leg: Leg, { newId, nowMs }: Sight): Row {
  const { kind, id, facts, closesRound } = leg;
  const nothing = {
    state: 'applied',
    refusal: null,
    returned: 0n,
    returnedMoney: 0n,
    money: 0n,
    wins: 0,
    looseBefore: 0,
  } as const;
  return { operatorId: newId(), kind, id, facts, closesRound, atMs: nowMs, ...nothing };
}

function putNew(draft: Draft, leg: Leg, sight: Sight, what: Partial<Row>): Row {
  const row = { ...newRow(leg, sight), ...what };
  draft.putRow(sight.habits.nameOf(leg), row);
  return row;
}

function refuseRow(draft: Draft, row: Row, code: Code, { habits }: Sight): void {
  draft.putRow(habits.nameOf(row), { ...row, state: 'rejected', refusal: code });
}
