/** Whether `npm run soak` asks for the long form of a test. */
export const soak = process.env['LODESTONE_SOAK'] === '1';
