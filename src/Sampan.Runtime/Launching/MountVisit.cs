using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>The calling thread's stay in another process's mount namespace, with its own privileges, until this is disposed.</summary>
/// <remarks>
/// The mounts of a namespace that belongs to a user namespace are copies of the host's whose flags (ro, nosuid, nodev, noexec, times of access) are
/// locked, and which do not come apart: what is cloned from them keeps that. What is cloned from the host's own mounts never has it, and the
/// container's root could take the flags away. Source: mount_namespaces(7), "Restrictions on mount namespaces".
/// </remarks>
internal sealed class MountVisit : IDisposable
{
    private readonly MountPlace _home = new("thread-self");

    /// <exception cref="LinuxException">The thread is where it was.</exception>
    public MountVisit(int pid)
    {
        try
        {
            using var there = new MountPlace(pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
            // The kernel moves no thread that shares its root with others, such as the collector's.
            LinuxException.Check(Sys.Call(SyscallNumber.unshare, (nint)CloneFlags.CLONE_FS), "unshare", "fs");
            there.Enter();
        }
        catch
        {
            _home.Dispose();
            throw;
        }
    }

    /// <summary>Back home, or not at all: who stayed would clean up, and run hooks, among another's mounts with the host's privileges. `delete --force` does it then.</summary>
    public void Dispose()
    {
        try
        {
            _home.Enter();
            _home.Dispose();
        }
        catch (LinuxException e)
        {
            Sys.WriteAll(2, System.Text.Encoding.UTF8.GetBytes($"sampan-runtime: back from the container's mount namespace: {e.Message} (what is left of the container goes with delete --force)\n"));
            Sys.Call(SyscallNumber.exit_group, 1);
        }
    }
}
