/** First bytes of formats. They stand here, and not with their readers, so that looking loads no reader. */
export const ZSTD_FRAME_MAGIC = Buffer.from('28b52ffd', 'hex');
export const LZ4_FRAME_MAGIC = Buffer.from('04224d18', 'hex');
export const XZ_MAGIC = Buffer.from('fd377a585a00', 'hex');
export const SNAPPY_MAGIC = Buffer.from('ff060000734e61507059', 'hex');
export const JAVA_MAGIC = Buffer.from('aced0005', 'hex');
export const HTTP_MAGIC = Buffer.from('HTTP/');
export const HYPERLOGLOG_MAGIC = Buffer.from('HYLL');
