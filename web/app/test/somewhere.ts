/** Where the page is, for what reads that when it is loaded: to be imported first. */
globalThis.location ??= { pathname: '/', search: '' } as Location;
