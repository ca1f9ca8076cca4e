/** A Redis for the pattern that wants one: found on PATH, started without persistence, stopped by its id. */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRedis } from './peers/redis.ts';

export interface RedisServer {
  readonly pid: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

const TRIES = 100;

/** Null where there is no redis-server. */
export async function startRedis(workDir: string): Promise<RedisServer | null> {
  const port = await freePort();
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', workDir];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  let isGone = false;
  void ended.then(() => {
    isGone = true;
    return undefined;
  });
  for (let tries = 0; tries < TRIES; tries += 1) {
    await sleep(50);
    if (isGone || child.pid === undefined) return null;
    const redis = await openRedis(port).catch(() => null);
    if (redis === null) continue;
    redis.close();
    return {
      pid: child.pid,
      port,
      stop: async () => {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }
  child.kill('SIGKILL');
  return null;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: 0 }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
