import { z } from 'zod';

/**
 * The room `documents`: schemas of what is stored and of what is sent. Storage, sharing and workers read through them, so that a value
 * from outside is checked in one way wherever it comes from. It imports `src/domain` alone.
 */

// zod would compile schemas where it can. It finds out by trying, which the content policy refuses and the browser reports.
z.config({ jitless: true });

/** zod, as everything that reads from outside uses it. */
export { z };
