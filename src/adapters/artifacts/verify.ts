/** Whether an artifact's provenance is signed by a key of this platform and speaks of this artifact. */
import type { ArtifactVerification } from '../../ports/artifacts.ts';
import type { Signer } from '../../ports/secrets.ts';
import { IN_TOTO_PAYLOAD, parseEnvelope, preAuthenticationEncoding } from '../../formats/in-toto/envelope.ts';
import { readProvenance } from '../../formats/in-toto/statement.ts';

/** The verdict without the digest of the bytes, which the store checks itself. */
export async function checkProvenance(digest: string, document: string | undefined, signer: Pick<Signer, 'verify'>): Promise<Omit<ArtifactVerification, 'digest'>> {
  if (document === undefined) return { ok: false, problem: 'it has no provenance' };
  const envelope = parseEnvelope(document);
  if (envelope === undefined) return { ok: false, problem: 'its provenance is not a DSSE envelope' };
  if (envelope.payloadType !== IN_TOTO_PAYLOAD) return { ok: false, problem: `its provenance has the type ${JSON.stringify(envelope.payloadType.slice(0, 80))}` };
  const signed = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  let keyId: string | undefined;
  for (const signature of envelope.signatures) {
    if (await signer.verify(signature.keyid, signed, signature.sig)) keyId = signature.keyid;
  }
  if (keyId === undefined) return { ok: false, problem: 'no signature of its provenance is valid under a key of this platform' };
  const provenance = readProvenance(parseJson(envelope.payload));
  if (provenance === undefined) return { ok: false, keyId, problem: 'what is signed is not a provenance statement' };
  const found = { keyId, builder: provenance.builder, ...(provenance.commit === undefined ? {} : { commit: provenance.commit }) };
  if (!provenance.subjects.includes(digest.replace(/^sha256:/, ''))) return { ok: false, ...found, problem: 'its provenance speaks of another artifact' };
  return { ok: true, ...found };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
