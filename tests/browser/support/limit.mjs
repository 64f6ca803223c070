// No wait without a limit: much of what a page is asked to do (evaluate, keys) has none of its own.

export class TookTooLong extends Error {}

/** What `promise` comes to, or TookTooLong, which says `what` was waited for, and from where. */
export async function within(milliseconds, what, promise) {
  let timer;
  const late = new TookTooLong(`${what} took more than ${milliseconds / 1000} s`);
  const limit = new Promise((_, reject) => (timer = setTimeout(reject, milliseconds, late)));
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
