/** Whether there is a process with this ID. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: there is none, which is what was asked.
    return false;
  }
}
