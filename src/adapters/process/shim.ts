/**
 * The few lines of `sh` that stand between the supervisor and a program.
 *
 * Why there is one: an exit code is told to the parent only, and the supervisor may be dead at that
 * moment. The shim outlives it, waits, and writes the code to descriptor 3, a file that the supervisor
 * opened. It starts the program only after it has read `go` from its standard input: until then the
 * supervisor has put it into its cgroup and has written its pid to disk, so no program ever runs
 * unrecorded, and a supervisor that dies in between leaves nothing running.
 *
 * Everything reaches it as positional arguments, nothing is interpolated. Signals sent to the process
 * group reach shim and program alike: the traps (`:`, not ``, which a child would inherit as "ignored")
 * let the shim live on to record the end. One `dash` costs some 200 kB of private memory.
 */
const SHIM = `
IFS= read -r go || exit 125
[ "$go" = go ] || exit 125
exec </dev/null
ulimit -c 0
[ "$1" = - ] || ulimit -f "$1"
[ "$2" = - ] || ulimit -u "$2" 2>/dev/null || ulimit -p "$2" 2>/dev/null
shift 2
trap : HUP INT QUIT TERM USR1 USR2
"$@" 3>&-
code=$?
echo "$code" >&3
exit "$code"
`;

export interface ShimLimits {
  /** Largest file the program may write. */
  fileBytes?: number;
  /** Most processes of the program's user; only sensible for a user of its own. */
  userProcesses?: number;
}

/** The argument array that runs `command` under the shim: `[file, ...arguments]`. */
export function shimCommand(command: readonly string[], limits: ShimLimits = {}): string[] {
  const blocks = limits.fileBytes === undefined ? '-' : String(Math.max(1, Math.ceil(limits.fileBytes / 512)));
  const processes = limits.userProcesses === undefined ? '-' : String(limits.userProcesses);
  return ['/bin/sh', '-c', SHIM, 'roadbed-shim', blocks, processes, ...command];
}

const SIGNALS: Record<number, string> = { 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 4: 'SIGILL', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE', 9: 'SIGKILL', 11: 'SIGSEGV', 13: 'SIGPIPE', 14: 'SIGALRM', 15: 'SIGTERM', 25: 'SIGXFSZ' };

/**
 * The reason in words. A shell reports death by signal n as 128 + n, so a program that itself exits with
 * such a code reads as killed: the words say the number too.
 */
export function exitReason(code: number): string {
  const signal = code > 128 ? SIGNALS[code - 128] : undefined;
  if (signal !== undefined) return `killed by ${signal} (exit code ${code})`;
  if (code === 127) return 'exit code 127 (command not found)';
  if (code === 126) return 'exit code 126 (command cannot be executed)';
  return `exit code ${code}`;
}
