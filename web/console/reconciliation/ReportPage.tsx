/** An aggregator's report, given by hand: sent in pieces with its progress, compared with the book, kept as evidence. */
import { Alert, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { api } from '../api.ts';
import { useMay } from '../operator.tsx';
import { Figure, Panel } from '../parts/Panel.tsx';
import { Sheet } from '../parts/Sheet.tsx';
import { Nothing, Shown } from '../parts/states.tsx';
import { addressOf, Link, useWord } from '../router.tsx';
import type { AggregatorWord, PieceResult, ReportDifference } from '../types-desk.ts';
import { lineOfFile, piecesOf } from './pieces.ts';
import { wordsOf } from './words.ts';

/** The browser reads a file whole; more than this goes by the command line. */
const FILE_MAX_BYTES = 64 * 1_048_576;
const SHOWN_MAX = 1_000;

interface Sent {
  readonly pieces: number;
  readonly done: number;
  readonly result: PieceResult;
}

const NONE: PieceResult = { lines: 0, kept: 0, unread_count: 0, differences_count: 0, unread: [], differences: [] };

const together = (a: PieceResult, b: PieceResult): PieceResult => ({
  lines: a.lines + b.lines,
  kept: a.kept + b.kept,
  unread_count: a.unread_count + b.unread_count,
  differences_count: a.differences_count + b.differences_count,
  unread: [...a.unread, ...b.unread].slice(0, SHOWN_MAX),
  differences: [...a.differences, ...b.differences].slice(0, SHOWN_MAX),
});

export function ReportUpload() {
  const asked = useQuery({ queryKey: ['aggregators'], queryFn: api.aggregators });
  const may = useMay('POST /reports');
  return (
    <Shown asked={asked}>
      {(aggregators) =>
        may ? (
          <Upload aggregators={aggregators} />
        ) : (
          <Nothing title="Your role may look at reports’ differences and not give reports">
            What the ones that were given made of a day stands under Days.
          </Nothing>
        )
      }
    </Shown>
  );
}

function Upload({ aggregators }: { readonly aggregators: readonly AggregatorWord[] }) {
  const able = aggregators.filter((each) => each.takes_reports).map(({ name }) => name);
  const [word, setWord] = useWord('aggregator');
  const aggregator = word ?? able[0] ?? null;
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState<Sent | null>(null);
  const queries = useQueryClient();
  const chosen = useRef<HTMLInputElement>(null);
  const send = useMutation({
    mutationFn: async (wish: { readonly aggregator: string; readonly file: File }) => sendAll(wish, setSent),
    onSuccess: async () => queries.invalidateQueries({ queryKey: ['day'] }),
  });
  if (able.length === 0)
    return (
      <Nothing title="No aggregator here has a report that could be read without help">
        <code>croupier reconcile --mapping FILE</code> reads any other.
      </Nothing>
    );
  return (
    <Stack gap="lg">
      <Panel title="Give a report">
        <Stack gap="sm">
          <Text size="sm">
            CSV with a header, or JSON lines, of up to 64 MB. Every line is compared with the book at once and kept as
            evidence; given twice it is kept once.
          </Text>
          <Group gap="sm" align="end">
            <Select label="Aggregator" data={able} value={aggregator} onChange={setWord} allowDeselect={false} />
            <label className="file">
              <span>Report</span>
              <input
                ref={chosen}
                type="file"
                accept=".csv,.jsonl,.ndjson,text/csv"
                onChange={(event) => {
                  setFile(event.currentTarget.files?.[0] ?? null);
                  setSent(null);
                  send.reset();
                }}
              />
            </label>
            <Button
              disabled={file === null || aggregator === null}
              loading={send.isPending}
              onClick={() => file !== null && aggregator !== null && send.mutate({ aggregator, file })}
            >
              {send.error === null ? 'Compare and keep' : 'Send again'}
            </Button>
          </Group>
          {sent === null ? null : <Advance sent={sent} />}
          {send.error === null ? null : (
            <Alert color="red" role="alert" title="The report was not taken whole">
              {send.error.message} What was kept stays kept; sending the file again goes over it without harm.
            </Alert>
          )}
        </Stack>
      </Panel>
      {sent === null || send.isPending ? null : <Result result={sent.result} />}
    </Stack>
  );
}

async function sendAll(
  { aggregator, file }: { readonly aggregator: string; readonly file: File },
  tell: (sent: Sent) => void,
): Promise<void> {
  if (file.size > FILE_MAX_BYTES)
    throw new Error('The file has more than 64 MB: split it, or use croupier reconcile --keep.');
  const format = /\.(jsonl|ndjson)$/i.test(file.name) ? 'jsonl' : 'csv';
  const pieces = piecesOf(await file.text(), format);
  if (pieces.length === 0) throw new Error('The file has no line to compare.');
  let result = NONE;
  tell({ pieces: pieces.length, done: 0, result });
  for (const [index, piece] of pieces.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: the server has other work
    const part = await api.reportPiece({ aggregator, name: file.name, piece: index + 1, text: piece.text });
    const unread = part.unread.map((each) => ({ ...each, line: lineOfFile(piece, each.line) }));
    result = together(result, { ...part, unread });
    tell({ pieces: pieces.length, done: index + 1, result });
  }
}

function Advance({ sent: { pieces, done, result } }: { readonly sent: Sent }) {
  return (
    <div>
      <progress className="advance" aria-label="Report sent" value={done} max={pieces} />
      <Text size="sm" c="dimmed" role="status">
        {done === pieces ? 'All' : `${done} of ${pieces}`} parts sent, {result.lines.toLocaleString('en')} lines
        compared
      </Text>
    </div>
  );
}

function Result({ result }: { readonly result: PieceResult }) {
  return (
    <Panel title="What it came to">
      <div className="figures" data-testid="report-result">
        <Figure name="lines compared">{result.lines.toLocaleString('en')}</Figure>
        <Figure name="differ from the book">{result.differences_count.toLocaleString('en')}</Figure>
        <Figure name="not understood">{result.unread_count.toLocaleString('en')}</Figure>
        <Figure name="new evidence kept">{result.kept.toLocaleString('en')}</Figure>
      </div>
      {result.unread.length === 0 ? null : (
        <Sheet
          title="Lines not understood"
          rows={result.unread}
          keyOf={(row) => String(row.line)}
          empty={null}
          columns={[
            { name: 'line', right: true, render: (row) => row.line, text: (row) => ({ number: String(row.line) }) },
            { name: 'why', render: (row) => row.problem, text: (row) => row.problem },
          ]}
        />
      )}
      <Differences rows={result.differences} />
    </Panel>
  );
}

function Differences({ rows }: { readonly rows: readonly ReportDifference[] }) {
  return (
    <Sheet
      title="Differences of the report"
      rows={rows}
      keyOf={(row) => `${row.kind} ${row.transactionKind ?? ''} ${row.transactionId} ${row.player} ${row.round}`}
      empty={
        <Nothing title="The book agrees with every line">What it may lack is compared when its day is over.</Nothing>
      }
      columns={[
        { name: 'kind', render: (row) => wordsOf(row.kind), text: (row) => row.kind },
        {
          name: 'transaction',
          render: (row) => `${row.transactionKind ?? ''} ${row.transactionId}`,
          text: (row) => row.transactionId,
        },
        { name: 'theirs', right: true, render: (row) => row.claimed ?? 'nothing', text: (row) => row.claimed },
        { name: 'ours', right: true, render: (row) => row.booked ?? 'nothing', text: (row) => row.booked },
        { name: 'currency', render: (row) => row.currency ?? '', text: (row) => row.currency },
        {
          name: 'player',
          render: (row) =>
            row.player === '' ? 'unknown' : <Link href={addressOf(['players', row.player])}>{row.player}</Link>,
          text: (row) => row.player,
        },
        { name: 'round', render: (row) => <span className="cut">{row.round}</span>, text: (row) => row.round },
        { name: 'what', render: (row) => row.detail, text: (row) => row.detail },
      ]}
    />
  );
}
