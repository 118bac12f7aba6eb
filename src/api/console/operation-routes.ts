/** `POST /operations/<name>`: one intent each, its arguments checked, the rest decided by control. */
import { Hono } from 'hono';
import type { z } from 'zod';
import type { Context } from 'hono';
import { PlatformError } from '../../domain/error.ts';
import { loginLinkRoute } from '../contract/routes.ts';
import { operationSchemas } from '../contract/operations.ts';
import type { OperationName, OperationResult } from '../contract/operations.ts';
import type { AskedBy, OperationsApiDependencies } from './dependencies.ts';
import { checked } from './request-body.ts';

const SESSION_MS = 12 * 3_600_000;

export function operationRoutes({ operations, issueLoginCode, clock, about }: OperationsApiDependencies): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  app.post(loginLinkRoute.path, async (context) => {
    const { subject, expiresAt } = context.env.identity;
    if (issueLoginCode === undefined || (expiresAt !== undefined && Date.parse(expiresAt) < clock.now() + SESSION_MS)) {
      throw new PlatformError({ code: 'ROADBED-5010', class: 'refused', message: 'No login link can be made with this token.', why: 'The session would outlive it.', next: 'Paste the token into the sign-in page itself.' });
    }
    const code = await issueLoginCode(subject);
    return context.json({ code, ...(about.consoleUrl === undefined ? {} : { url: `${about.consoleUrl}/login?code=${encodeURIComponent(code)}` }) });
  });
  app.post('/operations/:name', async (context: Context<AskedBy>) => {
    const name = context.req.param('name') ?? '';
    if (!isOperation(name)) {
      throw new PlatformError({ code: 'ROADBED-5007', class: 'not-found', message: `There is no operation "${name.slice(0, 60)}".`, next: `Use one of: ${Object.keys(operationSchemas).join(', ')}` });
    }
    const args = await checked(context.req.raw, operationSchemas[name] as z.ZodType);
    const run = operations[name] as (identity: AskedBy['Bindings']['identity'], args: unknown) => Promise<OperationResult>;
    return context.json(await run.call(operations, context.env.identity, args));
  });
  return app;
}

function isOperation(name: string): name is OperationName {
  return Object.hasOwn(operationSchemas, name);
}
