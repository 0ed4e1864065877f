import { HeaderName } from '../../protocol/constants.ts';
import { FeedlineError } from '../../protocol/errors.ts';

/**
 * Who calls is not known. As RFC 6750 (section 3.1) has it, only who has sent a token is told that it is not valid.
 *
 * @param message must hold nothing of the token
 */
export function unauthorized(why: 'missing' | 'invalid', message: string, options: ErrorOptions = {}): FeedlineError {
  const challenge = why === 'missing' ? 'Bearer' : 'Bearer error="invalid_token"';
  return new FeedlineError('unauthorized', message, {
    ...options,
    headers: { [HeaderName.wwwAuthenticate]: challenge },
  });
}
