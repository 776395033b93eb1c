using System.Globalization;
using Sampan.Linux;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>The launcher's file is out of a container's reach (CVE-2019-5736).</summary>
public sealed class LauncherFileTests : RootTest
{
    [Fact]
    public void The_program_behind_a_monitor_cannot_be_written_once_it_has_ended()
    {
        string id = Sampan.RunDetached("busybox", "sleep", "100");
        int pid = int.Parse(Sampan.Inspect(id, "State.Pid"), CultureInfo.InvariantCulture);
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        string monitor = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1];
        using var program = Open.Path($"/proc/{monitor}/exe");
        Sampan.Run("rm", "-f", id).Succeeds();
        Assert.False(Directory.Exists($"/proc/{monitor}/fd") && File.ReadAllText($"/proc/{monitor}/stat").Contains(") S", StringComparison.Ordinal), "the monitor has not ended");

        nint result = Sys.Openat(At.AT_FDCWD, $"/proc/self/fd/{program.Number}", OpenFlags.O_WRONLY);
        if (result >= 0)
            Sys.Call(SyscallNumber.close, result);
        Assert.Equal(-(nint)Errno.EROFS, result);
    }
}
