import { signInCases } from './sign-in.mjs';
import { mailCases } from './mail.mjs';
import { hostileCases } from './hostile.mjs';
import { accessCases } from './access.mjs';
import { largeCases } from './large.mjs';
import { searchCases } from './search.mjs';
import { awayCases } from './away.mjs';

export const cases = [signInCases, mailCases, searchCases, hostileCases, accessCases, largeCases, awayCases];
