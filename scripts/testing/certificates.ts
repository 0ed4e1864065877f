import 'reflect-metadata';
import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;

/** PEM texts. */
export interface CertifiedKey {
  readonly cert: string;
  /** PKCS #8. */
  readonly key: string;
}

export interface CertificateSpec {
  readonly name: string;
  /** Host names and addresses that it is for. Default none. */
  readonly hosts?: readonly string[];
  /** Default: an hour ago until in an hour. */
  readonly validMs?: { readonly from: number; readonly to: number };
}

/** A certificate authority of a test's own. */
export class TestAuthority {
  readonly cert: string;
  readonly #certificate: X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;

  private constructor(certificate: X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.cert = certificate.toString('pem');
    this.#certificate = certificate;
    this.#keys = keys;
  }

  static async create(name: string): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned(
      {
        name: `CN=${name}`,
        ...lifeOf({ from: Date.now() - HOUR_MS, to: Date.now() + HOUR_MS }),
        signingAlgorithm: ALGORITHM,
        keys,
        extensions: [new BasicConstraintsExtension(true, undefined, true)],
      },
      webcrypto as Crypto,
    );
    return new TestAuthority(certificate, keys);
  }

  async issue({ name, hosts = [], validMs }: CertificateSpec): Promise<CertifiedKey> {
    const keys = await newKeys();
    const names = hosts.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value }));
    const certificate = await X509CertificateGenerator.create(
      {
        subject: `CN=${name}`,
        issuer: this.#certificate.subject,
        ...lifeOf(validMs ?? { from: Date.now() - HOUR_MS, to: Date.now() + HOUR_MS }),
        signingAlgorithm: ALGORITHM,
        publicKey: keys.publicKey,
        signingKey: this.#keys.privateKey,
        extensions: names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : [],
      },
      webcrypto as Crypto,
    );
    return { cert: certificate.toString('pem'), key: pemOf(keys.privateKey) };
  }
}

/** The same key, encrypted. */
export function encryptedKey(key: string, passphrase: string): string {
  return createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

function pemOf(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

function lifeOf({ from, to }: { readonly from: number; readonly to: number }): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(from), notAfter: new Date(to) };
}

function isAddress(host: string): boolean {
  return /^[\d.]+$|:/.test(host);
}
