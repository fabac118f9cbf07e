import { urlOf } from '../../app/api.ts';

/** Lets the browser fetch a scanned form; the server sends it as a file to keep. */
export function downloadDocument(contractorId: string, documentId: string): void {
  const link = document.createElement('a');
  link.href = urlOf('getContractDocument', { params: { contractorId, documentId } });
  link.download = '';
  link.click();
}

/** The content of a chosen file in base64, as the API takes it. */
export async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 32_768) binary += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(binary);
}
export const MEDIA_TYPES = ['application/pdf', 'image/png', 'image/jpeg'] as const;
/** 8 MiB, as the API says. */
export const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
