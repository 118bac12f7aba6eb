/**
 * An action on the platform: a button, a dialog that says what will happen and asks for a reason where
 * one is kept, the command that does the same, and the platform's own words when it refuses.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { OperationArguments, OperationName } from '../../../src/api/contract/operations.ts';
import { RequestProblem, operate } from '../data/request.ts';
import { announce } from '../shell/announcer.tsx';
import { usePageActions } from '../shell/page-actions.tsx';
import { Button } from './button.tsx';
import type { ButtonProps } from './button.tsx';
import { CopyCli } from './copy.tsx';
import { Dialog, DialogActions } from './dialog.tsx';
import { Field } from './field.tsx';
import { ProblemLine } from './problem-panel.tsx';

export interface ActionProps<Name extends OperationName> {
  operation: Name;
  /** The button's word, and the dialog's main button. */
  label: string;
  title: string;
  explanation: string;
  /** Arguments without the reason and what the dialog asks for. */
  args: Omit<OperationArguments<Name>, 'reason' | 'until'>;
  reason?: 'required' | 'optional' | 'none';
  cli: string;
  disabledReason?: string | undefined;
  kind?: ButtonProps['kind'];
  /** A number that the dialog asks for and puts into the arguments. */
  number?: { field: string; label: string; initial: number };
  /** A day that the dialog asks for, YYYY-MM-DD. */
  day?: { field: string; label: string; initial: string; hint: string; option: string };
  onDone?: () => void;
}

export function Action<Name extends OperationName>(props: ActionProps<Name>) {
  const [open, setOpen] = useState(false);
  usePageActions([{ id: `${props.operation}:${props.title}`, label: props.title, run: () => setOpen(true), disabledReason: props.disabledReason }]);
  return (
    <>
      <Button kind={props.kind ?? 'plain'} disabledReason={props.disabledReason} onPress={() => setOpen(true)}>
        {props.label}
      </Button>
      {open ? <ActionDialog {...props} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function ActionDialog<Name extends OperationName>({ operation, label, title, explanation, args, reason = 'optional', cli, kind, number, day, onDone, onClose }: ActionProps<Name> & { onClose: () => void }) {
  const client = useQueryClient();
  const [why, setWhy] = useState('');
  const [amount, setAmount] = useState(String(number?.initial ?? ''));
  const [until, setUntil] = useState(day?.initial ?? '');
  const complete = reason !== 'required' || why.trim().length >= 3;
  const mutation = useMutation({
    mutationFn: () =>
      operate(operation, {
        ...args,
        ...(why.trim() === '' ? {} : { reason: why.trim() }),
        ...(number === undefined ? {} : { [number.field]: Number(amount) }),
        ...(day === undefined ? {} : { [day.field]: until }),
      } as OperationArguments<Name>),
    onSuccess: (result) => {
      announce(result.message, 'toast');
      void client.invalidateQueries();
      onClose();
      onDone?.();
    },
  });
  const command = `${cli}${number === undefined ? '' : ` ${amount}`}${day === undefined ? '' : ` ${day.option} ${until}`}${why.trim() === '' ? '' : ` --reason ${JSON.stringify(why.trim())}`}`;
  return (
    <Dialog open onClose={onClose} title={title}>
      <p>{explanation}</p>
      <form
        style={{ display: 'contents' }}
        onSubmit={(event) => {
          event.preventDefault();
          if (complete && !mutation.isPending) mutation.mutate();
        }}
      >
        {number === undefined ? null : <Field label={number.label} kind="number" value={amount} onChange={setAmount} required />}
        {day === undefined ? null : <Field label={day.label} kind="date" value={until} onChange={setUntil} required hint={day.hint} />}
        {reason === 'none' ? null : (
          <Field label={reason === 'required' ? 'Why' : 'Why (optional)'} kind="area" value={why} onChange={setWhy} required={reason === 'required'} hint="It is kept in the audit log beside your name." />
        )}
        {mutation.error instanceof RequestProblem ? <ProblemLine problem={mutation.error.problem} /> : null}
        <DialogActions>
          <CopyCli command={command} />
          <Button onPress={onClose}>Cancel</Button>
          <Button submit kind={kind === 'danger' ? 'danger' : 'primary'} busy={mutation.isPending} disabledReason={complete ? undefined : 'Say why, in at least three characters.'}>
            {label}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
