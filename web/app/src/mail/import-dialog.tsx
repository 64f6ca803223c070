import { Dialog } from '../shell/dialog';
import { ImportForm } from './import-form';
import { importInto } from './importing';

const close = (): void => {
  importInto.value = null;
};

/** Asks for the files that are to be brought into the mailbox that is shown. */
export function ImportDialog() {
  const mailbox = importInto.value;
  if (!mailbox) return null;
  return (
    <Dialog title={`Import into ${mailbox.name}`} onClose={close}>
      <ImportForm mailbox={mailbox} onStart={close} onCancel={close} />
    </Dialog>
  );
}
