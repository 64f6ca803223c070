import { accept, proof, unreachable } from './api';

/**
 * Sends octets and tells how far it is, from 0 to 1: what fetch() cannot do.
 * Throws as call() does.
 */
export async function upload(path: string, octets: Blob, progress: (part: number) => void, signal: AbortSignal): Promise<Response> {
  signal.throwIfAborted();
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  signal.addEventListener('abort', abort);
  try {
    await new Promise<void>((resolve, reject) => {
      request.open('POST', `/api/v1${path}`);
      request.setRequestHeader('Content-Type', 'application/octet-stream');
      for (const [name, value] of Object.entries(proof())) request.setRequestHeader(name, value);
      request.upload.onprogress = (event) => progress(event.total > 0 ? event.loaded / event.total : 0);
      request.onload = () => resolve();
      request.onerror = () => reject(unreachable());
      request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
      request.send(octets);
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
  const type = request.getResponseHeader('Content-Type') ?? 'application/json';
  return accept(new Response(request.responseText, { status: request.status, headers: { 'Content-Type': type } }));
}
