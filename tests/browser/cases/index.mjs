import { adminCases } from './admin.mjs';
import { setUpCases } from './set-up.mjs';
import { signInCases } from './sign-in.mjs';
import { mailCases } from './mail.mjs';
import { mailboxCases } from './mailboxes.mjs';
import { doingCases, manyCases } from './doing.mjs';
import { composeAwayCases, composeCases } from './compose.mjs';
import { hostileCases } from './hostile.mjs';
import { accessCases } from './access.mjs';
import { largeCases } from './large.mjs';
import { searchCases } from './search.mjs';
import { authenticCases } from './authentic.mjs';
import { awayCases } from './away.mjs';

export const cases = [setUpCases, signInCases, adminCases, mailCases, doingCases, manyCases, mailboxCases, searchCases, composeCases, composeAwayCases, hostileCases, accessCases, largeCases, authenticCases, awayCases];
