import { z } from 'zod';

// zod would compile schemas where it can. It finds out by trying, which the content policy refuses and the browser reports.
z.config({ jitless: true });

/** zod, as everything that reads from outside uses it. */
export { z };
