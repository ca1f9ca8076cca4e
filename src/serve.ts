/**
 * The composition root: configuration → rooms → doors. Opens in order, closes in reverse, and holds no rule of its own.
 */
import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { registerApi } from './api/index.ts';
import { openCatalogue } from './catalogue/index.ts';
import type { Config } from './config.ts';
import { gateway, openJournal } from './gateway/index.ts';
import { openLaunches } from './launch/index.ts';
import { expireParked, openLedger } from './ledger/index.ts';
import { openPlayers } from './players/index.ts';
import type { Clock, Log } from './platform/index.ts';
import {
  closeDatabase,
  createMetrics,
  createShutdown,
  migrate,
  newId,
  newToken,
  openDatabase,
  startEmbeddedPostgres,
  systemClock,
} from './platform/index.ts';
import type { Metrics, Shutdown } from './platform/index.ts';
import { openSessions, sessionFact } from './sessions/index.ts';
import { SAFE_POLICY, transactionId } from './wallet/index.ts';
import type { AggregatorName, Policy } from './wallet/index.ts';
