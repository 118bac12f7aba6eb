/** Errors of the artifact store: ROADBED-40xx, listed in docs/reference/errors/artifacts.md. */
import { PlatformError } from '../../domain/error.ts';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The hex digits of a digest; refuses everything else, as they become file names. */
export function digestHex(digest: string): string {
  if (!DIGEST.test(digest)) throw new PlatformError({ code: 'ROADBED-4003', class: 'not-found', message: `${JSON.stringify(digest.slice(0, 100))} is not the digest of an artifact.`, next: 'Give sha256: and 64 hex digits.' });
  return digest.slice('sha256:'.length);
}

export function refusedContent(why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4001', class: 'refused', message: `The folder cannot become an artifact: ${why}.`, next: 'Remove it in the build, or leave it out with artifact.exclude in roadbed.yaml.' });
}

export function tooLarge(what: string, limit: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4002', class: 'refused', message: `The artifact is too large: ${what}, limit ${limit}.`, next: 'Leave out what is not needed at run time with artifact.exclude in roadbed.yaml.' });
}

export function unknownArtifact(digest: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4003', class: 'not-found', message: `There is no artifact ${digest}.`, next: 'Run the pipeline again to build it.' });
}

export function damaged(digest: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4004', class: 'failed', message: `The artifact ${digest} is damaged: ${why}.`, why: 'What is stored does not have the digest it is stored under.', next: 'Run the pipeline again to build it; look at the disk.' });
}

export function badAttachment(why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4005', class: 'invalid', message: `The document cannot be attached: ${why}.` });
}

export function changedWhilePacking(path: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4006', class: 'conflict', message: `${JSON.stringify(path)} changed while the artifact was packed.`, next: 'Make sure that no process of the build goes on writing, and run the pipeline again.', retry: 'backoff' });
}
