import { AppError } from './errors';

/**
 * The address of a model server without what its clients add (`/v1`) and without a last slash. Throws `CONFIG_INVALID` for what is no
 * http address, and for one with a name, a password or a query: keys have a field of their own and are never part of what is stored.
 */
export function parseAddress(text: string): string {
  const url = URL.parse(text.trim());
  const hint = 'Write it like http://localhost:11434. A key goes into its own field.';
  if (!url || !/^https?:$/.test(url.protocol))
    throw new AppError('CONFIG_INVALID', 'The model server’s address is not an http address.', hint);
  if (url.username || url.password || url.search || url.hash)
    throw new AppError('CONFIG_INVALID', 'The model server’s address may have only a host, a port and a path.', hint);
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '')}`;
}
