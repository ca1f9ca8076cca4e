/** A.1: messages that parsers read differently, or cannot read. Each is rightly signed, and followed by the genuine one. */
import type { BodyChange, Need, Scenario, Step, Tamper, Word } from '../scenario.ts';
import { body, bet, scenario, send, wallet, win } from '../words.ts';

export const GARBLED = 'parsers disagree about such a message, so one side books what the other never meant';

export const payBack = [send(win('w', '1.00', { closes: true }), 'ok'), wallet('0')] as const;

export const refused = (
  id: string,
  title: string,
  tamper: readonly Tamper[],
  expect: readonly Word[],
  more: { readonly why: string; readonly needs: readonly Need[] },
): Scenario =>
  scenario(
    id,
    title,
    more.why,
    [
      send(bet('b', '1.00'), expect, { tamper }),
      wallet('0'),
      send(bet('b', '1.00'), 'ok'),
      wallet('-1.00'),
      ...payBack,
    ],
    { needs: more.needs },
  );

export const signed: readonly Need[] = ['signs any bytes'];
export const json: readonly Need[] = ['signs any bytes', 'json body'];
export const form: readonly Need[] = ['signs any bytes', 'form or query'];

const garbled = (
  id: string,
  title: string,
  how: BodyChange,
  expect: readonly Word[] = ['bad_request'],
  needs: readonly Need[] = signed,
): Scenario => refused(id, title, body(how), expect, { why: GARBLED, needs });
const garbledJson = (id: string, title: string, how: BodyChange, expect?: readonly Word[]): Scenario =>
  garbled(id, title, how, expect, json);
const garbledForm = (id: string, title: string, how: BodyChange, expect?: readonly Word[]): Scenario =>
  garbled(id, title, how, expect, form);

/** Taken at its word or refused, and then the genuine one, once. */
const taken = (how: BodyChange, more: readonly Word[] = []): readonly Step[] => [
  send(bet('b', '1.00'), ['ok', 'bad_request', ...more], { tamper: body(how) }),
  send(bet('b', '1.00'), ['ok', 'ok_dup']),
  wallet('-1.00'),
  ...payBack,
];
const either = (id: string, title: string, how: BodyChange, more?: readonly Word[]): Scenario =>
  scenario(id, title, GARBLED, taken(how, more), { needs: form });

export const SIGNATURE_BODIES: readonly Scenario[] = [
  garbled('SIG-09', 'The amount twice in one message', 'twice_amount'),
  garbled('SIG-09.id', 'The transaction id twice in one message', 'twice_id'),
  garbled('SIG-10', 'A byte order mark before the message', 'byte_order_mark'),
  garbled('SIG-11.utf8', 'Bytes that are no UTF-8', 'invalid_utf8'),
  garbled('SIG-11.surrogate', 'Half a character in the transaction id', 'lone_surrogate'),
  garbled('SIG-11.nul', 'A NUL in the transaction id', 'nul_in_id'),
  garbled('SIG-11.newline', 'A raw line end in the transaction id', 'newline_in_id'),
  garbledJson('SIG-41.deep', 'A hundred thousand nested brackets', 'deeply_nested', ['bad_request', 'too_large']),
  garbled('SIG-41.keys', 'Two hundred thousand members', 'a_million_keys', ['bad_request', 'too_large', 'closed']),
  garbled('SIG-42.signed', 'No message at all, rightly signed', 'gibberish'),
  garbled('SIG-42.empty', 'An empty message, rightly signed', 'empty'),
  garbled('SIG-42.truncated', 'A message that ends in the middle', 'truncated'),
  garbledJson('SIG-42.array', 'The message in an array', 'json_array'),
  garbledJson('SIG-42.null', 'The JSON null', 'json_null'),
  garbled('SIG-42.two', 'Two messages in one', 'two_documents'),
  garbledJson('SIG-42.comment', 'A comment in the JSON', 'comments'),
  garbledJson('SIG-42.quotes', 'Single quotes instead of double ones', 'single_quotes'),
  garbledJson('SIG-42.comma', 'A comma after the last member', 'trailing_comma'),
  garbled('SIG-36', 'A message larger than any callback', 'oversize', ['too_large', 'closed']),
  garbledForm('SIG-09.spelled', 'The amount twice, once under an escaped name', 'twice_amount_escaped'),
  garbledForm('SIG-42.escape', 'A percent sign that is no escape', 'bad_escape'),
  garbledForm('SIG-42.semicolons', 'Semicolons between the parameters', 'semicolons'),
  either('SIG-09.list', 'The amount also as a list that says 1000.00', 'amount_list'),
  either('SIG-41.name', 'A name nested a hundred thousand times', 'nested_name', ['too_large', 'closed']),
  scenario(
    'SIG-41.prototype',
    'A member named __proto__ that says the amount is 1000.00 and the type a win',
    GARBLED,
    taken('prototype_keys'),
    { needs: signed },
  ),
];
