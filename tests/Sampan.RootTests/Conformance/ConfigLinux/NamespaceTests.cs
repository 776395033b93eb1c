using System.Globalization;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.ConfigLinux;

/// <summary>config-linux.md, "Namespaces", "User namespace mappings" and "Offset for Time Namespace".</summary>
[DiffersByHost]
public sealed class NamespaceTests : ConformanceTest
{
    private static readonly (string Type, string File)[] Types =
        [("pid", "pid"), ("network", "net"), ("mount", "mnt"), ("ipc", "ipc"), ("uts", "uts"), ("user", "user"), ("cgroup", "cgroup"), ("time", "time")];

    [Fact]
    public void Each_that_is_listed_is_new()
    {
        Machine.RequireTimeNamespaces();
        Report report = See(s =>
        {
            BaseSpec.InUserNamespace(s);
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "time" });
        });
        foreach (var (_, file) in Types)
        {
            Assert.Matches($@"^{file}:\[\d+\]$", report[$"ns.{file}"]);
            Assert.NotEqual(Machine.ReadLink($"/proc/self/ns/{file}"), report[$"ns.{file}"]);
        }
        Assert.Equal("1", report["pid"]);
        Assert.Equal(["lo up"], report.All("link"));
    }

    [Fact]
    public void What_is_not_listed_is_the_runtimes()
    {
        Report report = See(s =>
        {
            s.Linux!.Namespaces!.RemoveAll(n => n.Type != "mount");
            // Who does not own the network may not mount its sysfs.
            s.Mounts!.RemoveAll(m => m.Type == "sysfs");
        });
        foreach (var (type, file) in Types)
            Assert.Equal(type != "mount", Machine.ReadLink($"/proc/self/ns/{file}") == report[$"ns.{file}"]);
    }

    /// <summary>What is mounted is the container's all the same: the leak probe would find it among the host's mounts.</summary>
    [Fact]
    public void Without_any_namespace_the_mounts_are_the_containers_still()
    {
        string[] attempts = ["create=/tmp/x", "create=/dev/shm/x", "read=/etc/file", "list=/etc/dir", "read=/dev/zero", "read=/proc/self/comm", "create=/mnt/x", "list=/"];
        Bundle bundle = NewBundle(s =>
        {
            s.Linux!.Namespaces!.Clear();
            s.Mounts!.RemoveAll(m => m.Type == "sysfs");
            s.Root!.Readonly = true;
            s.Process!.Cwd = "/made";
            s.Mounts.Single(m => m.Destination == "/dev/shm").Options!.Add("ro");
            s.Mounts.Add(new Mount { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["nosuid", "noexec", "nodev", "relatime", "ro"] });
            s.Mounts.Add(new Mount { Destination = "/mnt", Type = "bind", Source = Work, Options = ["rbind", "ro", "rshared"] });
            s.Linux.MaskedPaths = ["/etc/dir"];
        }, attempts);
        File.WriteAllText(Path.Combine(bundle.Rootfs, "etc/dir/secret"), "");
        Report report = Report.Parse(Run(bundle).Succeeds().Stdout);
        foreach (var (_, file) in Types)
            Assert.Equal(Machine.ReadLink($"/proc/self/ns/{file}"), report[$"ns.{file}"]);
        Assert.Equal(["EROFS", "EROFS", "of the image", "", "", "witness\n", "EROFS"], attempts[..^1].Select(a => report[a]));
        Assert.DoesNotContain("usr", report["list=/"]);
        Assert.Equal("/made", report["cwd"]);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(bundle.Rootfs, "proc")));
    }

    [Fact]
    public void Exec_and_delete_of_a_container_in_the_runtimes_mount_namespace()
    {
        string id = Start(s =>
        {
            s.Linux!.Namespaces!.RemoveAll(n => n.Type == "mount");
            s.Mounts!.RemoveAll(m => m.Type == "sysfs");
        });
        Report report = Report.Parse(Runtime.Run("exec", id, "/witness", "list=/", "list=/proc/self/fd").Succeeds().Stdout);
        Assert.DoesNotContain("usr", report["list=/"]);
        Assert.NotEqual("", report["list=/proc/self/fd"]);
        Runtime.Run("delete", "--force", id).Succeeds();
    }

    [Fact]
    public void One_with_a_path_is_joined()
    {
        int pid = Runtime.State(Start(s => s.Hostname = "first")).Pid!.Value;
        Report report = See(s =>
        {
            foreach (string type in (string[])["pid", "network", "ipc", "uts"])
                s.Linux!.Namespaces!.Single(n => n.Type == type).Path = $"/proc/{pid}/ns/{Types.Single(t => t.Type == type).File}";
        });
        foreach (string file in (string[])["pid", "net", "ipc", "uts"])
            Assert.Equal(Machine.ReadLink($"/proc/{pid}/ns/{file}"), report[$"ns.{file}"]);
        Assert.Equal("first", report["hostname"]);
        Assert.NotEqual("1", report["pid"]);
    }

    [Fact]
    public void What_is_an_error()
    {
        LinuxNamespace Of(Spec s, string type) => s.Linux!.Namespaces!.Single(n => n.Type == type);
        Refused(s => Of(s, "network").Path = "/proc/self/ns/uts");              // of another type
        Refused(s => Of(s, "network").Path = "/proc/self/status");              // no namespace
        Refused(s => Of(s, "network").Path = "/no/such/namespace");
        Refused(s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "network" }));       // twice
        Refused(s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "no-such-type" }));
    }

    [Fact]
    public void Mappings_of_a_user_namespace()
    {
        Bundle bundle = NewBundle(s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 100000, Size = 1000 }, new LinuxIdMapping { ContainerID = 5000, HostID = 300000, Size = 10 }];
            s.Linux.GidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 200000, Size = 2000 }];
            s.Process!.User = new User { Uid = 5003, Gid = 1500, AdditionalGids = [7] };
        }, "wait");
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        Report report = ReportOf(id);
        Assert.Equal(["0 100000 1000", "5000 300000 10"], report.All("uid_map").Select(Fields));
        Assert.Equal(["0 200000 2000"], report.All("gid_map").Select(Fields));
        Assert.Equal("5003 5003 5003 5003", report["uid"]);
        Assert.Equal("1500 1500 1500 1500", report["gid"]);
        string status = File.ReadAllText($"/proc/{Runtime.State(id).Pid}/status");
        Assert.Contains("\nUid:\t300003\t300003\t300003\t300003\n", status);
        Assert.Contains("\nGid:\t201500\t201500\t201500\t201500\n", status);
        Assert.Contains("200007", status.Split('\n').Single(l => l.StartsWith("Groups:", StringComparison.Ordinal)));
        // "The runtime SHOULD NOT modify the ownership of referenced filesystems to realize the mapping."
        Assert.Equal("0:0", Host("stat", "-c", "%u:%g", Path.Combine(bundle.Rootfs, "etc/file")).Succeeds().Line);

        static string Fields(string line) => string.Join(' ', line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Devices_and_root_in_a_user_namespace()
    {
        Report report = See(BaseSpec.InUserNamespace, "write=/dev/null", "read=/dev/full", "create=/dev/made", "stat=/dev/made");
        Assert.Equal("ok", report["write=/dev/null"]);
        Assert.Equal("0 0 0 0", report["uid"]);
        Assert.StartsWith("- 0644 0:0", report["stat=/dev/made"]);
        Assert.StartsWith("c 1:3 0666", report["dev.null"]);
    }

    [Fact]
    public void Mappings_that_are_errors()
    {
        Refused(s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" }));
        Refused(s =>
        {
            BaseSpec.InUserNamespace(s);
            s.Process!.User!.Uid = 70000;                   // not mapped
        });
        Refused(s =>
        {
            BaseSpec.InUserNamespace(s);
            s.Linux!.UidMappings!.Add(new LinuxIdMapping { ContainerID = 1000, HostID = 500000, Size = 1000 });     // overlaps
        });
    }

    [Fact]
    public void Offsets_of_the_clocks()
    {
        Machine.RequireTimeNamespaces();
        Report before = See();
        Report report = See(s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "time" });
            s.Linux.TimeOffsets = new() { ["monotonic"] = new LinuxTimeOffset { Secs = 172800, Nanosecs = 5 }, ["boottime"] = new LinuxTimeOffset { Secs = 604800 } };
        }, "read=/proc/self/timens_offsets", "read=/proc/uptime");
        Assert.InRange(report.Number("monotonic") - before.Number("monotonic"), 172800, 172800 + 60);
        Assert.InRange(report.Number("boottime") - before.Number("boottime"), 604800, 604800 + 60);
        Assert.InRange(double.Parse(report["read=/proc/uptime"].Split(' ')[0], CultureInfo.InvariantCulture), 604800, double.MaxValue);
        Assert.Matches(@"monotonic +172800 +5\b", report["read=/proc/self/timens_offsets"]);
        Refused(s => s.Linux!.TimeOffsets = new() { ["monotonic"] = new LinuxTimeOffset { Secs = 1 } });       // the host's
        Refused(s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "time" });
            s.Linux.TimeOffsets = new() { ["no-such-clock"] = new LinuxTimeOffset { Secs = 1 } };
        });
    }
}
