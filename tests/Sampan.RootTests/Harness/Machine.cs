using System.Reflection;
using Sampan.Linux;

namespace Sampan.RootTests.Harness;

/// <summary>Facts of the machine the tests run on. The only place that may skip a test, and only for what the machine lacks.</summary>
internal static class Machine
{
    public static string RepositoryRoot { get; } = typeof(Machine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot").Value!;

    /// <summary>Where the published programs are.</summary>
    public static string Programs { get; } = Environment.GetEnvironmentVariable("SAMPAN_TEST_BIN") ?? Path.Combine(RepositoryRoot, "artifacts/bin");

    /// <summary>Other programs make containers here at the same time: only what bears the mark of a test counts as left by it.</summary>
    public static bool IsShared { get; } = Environment.GetEnvironmentVariable("SAMPAN_TEST_SHARED_HOST") == "1";

    /// <summary>How many times longer than usual the tests' own limits are: a slow machine, or a busy one.</summary>
    public static int Patience { get; } = int.TryParse(Environment.GetEnvironmentVariable("SAMPAN_TEST_PATIENCE"), out int times) ? times : 1;

    /// <summary>Mount points of cgroup file systems, of either version.</summary>
    public static IReadOnlyList<string> CgroupMounts { get; } = [.. File.ReadLines("/proc/self/mountinfo")
        .Where(l => l.Contains(" - cgroup ", StringComparison.Ordinal) || l.Contains(" - cgroup2 ", StringComparison.Ordinal)).Select(l => l.Split(' ')[4]).Distinct()];

    /// <summary>The mount point of the v1 hierarchy that has <paramref name="controller"/>; null when there is none.</summary>
    public static string? CgroupV1(string controller)
        => File.ReadLines("/proc/self/mountinfo").Where(l => l.Contains(" - cgroup ", StringComparison.Ordinal) && l[(l.LastIndexOf(' ') + 1)..].Split(',').Contains(controller))
            .Select(l => l.Split(' ')[4]).FirstOrDefault();

    /// <summary>The mount point of the v2 hierarchy when it offers <paramref name="controller"/>; else null.</summary>
    public static string? CgroupV2(string controller)
        => File.ReadLines("/proc/self/mountinfo").Where(l => l.Contains(" - cgroup2 ", StringComparison.Ordinal)).Select(l => l.Split(' ')[4])
            .FirstOrDefault(m => File.ReadAllText(Path.Combine(m, "cgroup.controllers")).Split(' ', '\n').Contains(controller));

    /// <summary>A file of a process's cgroup, trimmed, from whichever hierarchy has the controller.</summary>
    public static string CgroupFile(int pid, string controller, string v1, string v2)
    {
        string? old = CgroupV1(controller);
        string group = File.ReadLines($"/proc/{pid}/cgroup").Select(l => l.Split(':', 3))
            .Single(l => old != null ? l[1].Split(',').Contains(controller) : l[1].Length == 0)[2];
        return File.ReadAllText($"{old ?? CgroupV2(controller)}{group}/{(old != null ? v1 : v2)}").Trim();
    }

    public static void RequireController(string controller)
        => Assert.SkipUnless(CgroupV1(controller) != null || CgroupV2(controller) != null, $"no cgroup hierarchy here has the controller {controller}");

    public static void RequireCgroupV1(string controller)
        => Assert.SkipUnless(CgroupV1(controller) != null, $"no cgroup v1 hierarchy here has the controller {controller}");

    public static void RequireCgroupV2(string controller)
        => Assert.SkipUnless(CgroupV2(controller) != null, $"no cgroup v2 hierarchy here has the controller {controller}");

    /// <summary>A v2 hierarchy, with controllers or beside those of v1.</summary>
    public static void RequireUnified()
        => Assert.SkipUnless(File.ReadLines("/proc/self/mountinfo").Any(l => l.Contains(" - cgroup2 ", StringComparison.Ordinal)), "no cgroup v2 hierarchy is mounted here");

    /// <summary>By the v1 controller, or by a BPF program on v2.</summary>
    public static void RequireDeviceRules()
        => Assert.SkipUnless(CgroupV1("devices") != null || CgroupV2("memory") != null, "no cgroup hierarchy here takes device rules");

    /// <summary>CONFIG_RT_GROUP_SCHED, with cgroup v1: a cgroup has no real time but what it is given of that of the one above.</summary>
    public static bool HasRealTimeBudgets => CgroupV1("cpu") is { } mount && File.Exists(mount + "/cpu.rt_runtime_us");

    /// <summary>A hundredth of the host's real time that no cgroup has yet.</summary>
    public static void RequireRealTimeToSpare()
    {
        if (!HasRealTimeBudgets)
            return;
        string mount = CgroupV1("cpu")!;
        double Share(string cgroup) => double.Parse(File.ReadAllText(cgroup + "/cpu.rt_runtime_us"), System.Globalization.CultureInfo.InvariantCulture)
            / double.Parse(File.ReadAllText(cgroup + "/cpu.rt_period_us"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipUnless(Share(mount) - Directory.GetDirectories(mount).Sum(Share) > 0.01, "other cgroups have all real time of this host");
    }

    /// <summary>sd_booted(3).</summary>
    public static bool HasSystemd => Directory.Exists("/run/systemd/system");

    public static void RequireSystemd() => Assert.SkipUnless(HasSystemd, "this host was not booted by systemd");

    public static void RequireNoSystemd() => Assert.SkipUnless(!HasSystemd, "this host was booted by systemd");

    public static void RequireNoJournal() => Assert.SkipWhen(File.Exists("/run/systemd/journal/socket"), "a journal is kept here");

    /// <param name="name">Such as <c>Asia/Tokyo</c>.</param>
    public static void RequireTimeZone(string name) => Assert.SkipUnless(File.Exists($"/usr/share/zoneinfo/{name}"), $"the tz database is not installed, or lacks {name}");

    /// <summary>Some block device that has a node here; Number: <c>major:minor</c>.</summary>
    public static (string Path, string Number) RequireBlockDevice()
    {
        foreach (string directory in Directory.GetDirectories("/sys/block"))
            if (File.Exists($"/dev/{Path.GetFileName(directory)}"))
                return ($"/dev/{Path.GetFileName(directory)}", File.ReadAllText($"{directory}/dev").Trim());
        Assert.Skip("no block device has a node in /dev here");
        return default;
    }

    public static void RequireSeccomp()
        => Assert.SkipUnless(File.ReadAllText("/proc/self/status").Contains("\nSeccomp:", StringComparison.Ordinal), "this kernel has no seccomp");

    private static bool HasAppArmor => File.Exists("/sys/module/apparmor/parameters/enabled") && File.ReadAllText("/sys/module/apparmor/parameters/enabled").StartsWith('Y');

    /// <summary>Enabled, and the program that loads profiles.</summary>
    public static void RequireAppArmor()
    {
        Assert.SkipUnless(HasAppArmor, "AppArmor is not enabled here");
        RequirePrograms("apparmor_parser");
    }

    public static void RequireNoAppArmor() => Assert.SkipWhen(HasAppArmor, "AppArmor is enabled here");

    public static void RequireNoSELinux() => Assert.SkipWhen(File.Exists("/sys/fs/selinux/enforce"), "SELinux is enabled here");

    public static void RequireNoResctrl()
        => Assert.SkipWhen(File.ReadLines("/proc/self/mountinfo").Any(l => l.Contains(" - resctrl ", StringComparison.Ordinal)), "a resctrl file system is mounted here");

    private static readonly Lazy<bool> s_ordinaryUsersMakeNamespaces = new(() => Has("setpriv", "unshare")
        && Child.Start(Find("setpriv")!, ["--reuid", $"{OrdinaryUser.Id}", "--regid", $"{OrdinaryUser.Id}", "--clear-groups", Find("unshare")!, "--user", "--map-root-user", "--mount", "true"],
            new Dictionary<string, string> { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" }).Finish().ExitCode == 0);

    /// <summary>User namespaces that anybody may make, which some hosts forbid.</summary>
    public static void RequireRootless() => Assert.SkipUnless(s_ordinaryUsersMakeNamespaces.Value, "an ordinary user may make no user namespace here");

    /// <summary>And newuidmap(1) with newgidmap(1), which map more of them.</summary>
    public static void RequireSubordinateIds()
    {
        RequireRootless();
        RequirePrograms("newuidmap", "newgidmap");
    }

    /// <summary>Where the numbers of system calls are, by name: a package of the C library's.</summary>
    public static string SyscallHeader
    {
        get
        {
            const string header = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h";
            Assert.SkipUnless(File.Exists(header), "the kernel's headers are not installed here");
            return header;
        }
    }

    /// <summary>What <c>--userns</c> needs of the kernel: layers of an overlay whose ids are mapped.</summary>
    public static void RequireIdMappedLayers() => Assert.SkipUnless(Environment.OSVersion.Version >= new Version(6, 13), "this kernel cannot map the ids of an overlay's layers (Linux 6.13)");

    public static void RequireTimeNamespaces() => Assert.SkipUnless(File.Exists("/proc/self/ns/time"), "this kernel has no time namespaces");

    /// <summary>The path of a program, where the system's own programs are; null when it is not there.</summary>
    public static string? Find(string program) => new[] { "/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/" }.Select(d => d + program).FirstOrDefault(File.Exists);

    public static bool Has(params string[] programs) => programs.All(p => Find(p) != null);

    public static void RequirePrograms(params string[] programs)
        => Assert.SkipUnless(Has(programs), $"not installed here: {string.Join(", ", programs.Where(p => Find(p) == null))}");

    private static readonly Lazy<bool> s_criuWorks = new(() => Find("criu") is { } criu
        && Child.Start(criu, ["check"], new Dictionary<string, string> { ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin" }).Finish().ExitCode == 0);

    /// <summary>A CRIU that says itself that it works on this kernel.</summary>
    public static void RequireCriu() => Assert.SkipUnless(s_criuWorks.Value, "the criu here, if there is one, does not work on this kernel");

    /// <summary>Docker gives a privileged container every capability that the kernel knows, and no runtime can give what it lacks.</summary>
    public static void RequireEveryCapability()
    {
        ulong last = ulong.Parse(File.ReadAllText("/proc/sys/kernel/cap_last_cap"), System.Globalization.CultureInfo.InvariantCulture);
        string own = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("CapBnd:", StringComparison.Ordinal))[7..].Trim();
        Assert.SkipUnless(Convert.ToUInt64(own, 16) == (2UL << (int)last) - 1, "root lacks a capability here");
    }

    /// <summary>The target of a symbolic link as the kernel gives it, which need not be a path; empty when it is gone.</summary>
    public static unsafe string ReadLink(string path)
    {
        byte* buffer = stackalloc byte[4096];
        using var name = new CString(path);
        nint n = Sys.Call(SyscallNumber.readlinkat, At.AT_FDCWD, name, (nint)buffer, 4096);
        return n < 0 ? "" : System.Text.Encoding.UTF8.GetString(buffer, (int)n);
    }
}

internal static class Fluent
{
    /// <summary>Does something with a value on its way.</summary>
    public static T Also<T>(this T value, Action<T> action)
    {
        action(value);
        return value;
    }
}
