using System.Security.Cryptography;
using Sampan.Oci;
using Sampan.RootTests.Conformance;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Escapes;

/// <summary>What a container can do to the runtime's own process and program while these are in its sight.</summary>
public sealed class RuntimeProcessTests : EscapeTest
{
    /// <summary>
    /// The entry point <c>#!/proc/self/exe</c> has the runtime's own program executed in the container, where somebody waits to get hold of it by
    /// /proc/PID/exe, and writes to it once it has ended.
    /// </summary>
    [Theory]
    [InlineData("run")]
    [InlineData("exec")]
    public void CVE_2019_5736_the_runtimes_own_program(string verb)
    {
        string program = InWork("bin/sampan-runtime"), entry = "#!/proc/self/exe\n";
        File.Copy(RuntimeCli.Program, program);
        byte[] before = SHA256.HashData(File.ReadAllBytes(program));
        Bundle bundle = NewBundle(s => s.Process!.Args = ["/witness", "seize=10", "wait"]);
        string script = Path.Combine(bundle.Rootfs, "entry"), id = Runtime.NewId();
        File.WriteAllText(script, entry);
        File.SetUnixFileMode(script, (UnixFileMode)0b111_101_101);
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        Bundle second = NewBundle(s =>
        {
            s.Process!.Args = ["/entry"];
            s.Linux!.Namespaces!.Single(n => n.Type == "pid").Path = $"/proc/{Runtime.State(id).Pid}/ns/pid";
        });
        File.Copy(script, Path.Combine(second.Rootfs, "entry"));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        string Seen() => File.ReadAllText(Runtime.OutputOf(id));
        while (!Seen().Contains("seize=10=", StringComparison.Ordinal))
        {
            Assert.True(clock.Elapsed < Child.Limit, Seen());
            Host(program, ["--root", Runtime.StateRoot, .. verb == "exec" ? (string[])["exec", id, "/entry"] : ["run", "--bundle", second.Path, Runtime.NewId()]]);
        }
        Assert.Equal("EROFS", ReportOf(id)["seize=10"]);
        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(program)));
    }

    /// <summary>
    /// A container that was created and not yet started, and a second process in it: what the first one holds of the host is not for the second to open.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CVE_2016_9962_descriptors_of_the_process_that_waits_for_start(bool userNamespace)
    {
        string id = Runtime.NewId();
        Bundle bundle = NewBundle(s =>
        {
            s.Allow("CAP_CHOWN");
            if (userNamespace)
                BaseSpec.InUserNamespace(s);
        });
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds();
        string[] attempts = [.. Enumerable.Range(3, 60).Select(fd => $"list=/proc/1/fd/{fd}/../../../../..")];
        Report report = Report.Parse(Runtime.Run(["exec", id, "/witness", "stat=/proc/1/fd/0", .. attempts]).Succeeds().Stdout);
        Assert.All(attempts, attempt => Assert.DoesNotContain("boot", report[attempt].Split(' ')));
        Assert.Equal("EACCES", report["stat=/proc/1/fd/0"]);
        // And there is little to be had for who may look.
        int pid = Runtime.State(id).Pid!.Value;
        string[] held = [.. Directory.GetFileSystemEntries($"/proc/{pid}/fd").Where(f => int.Parse(Path.GetFileName(f)) > 2).Select(f => new FileInfo(f).LinkTarget ?? "")];
        Assert.All(held, what => Assert.Matches("^(socket:|anon_inode:\\[signalfd\\])", what));
        Runtime.Run("start", id).Succeeds();
    }

    /// <summary>To open a device of the image's, or a fifo, can be felt: /etc/passwd is looked at first.</summary>
    [Fact]
    public void The_images_passwd_is_opened_only_when_it_is_a_file()
    {
        Bundle bundle = NewBundle(s => s.Process!.Args!.Add("wait"));
        string fifo = Path.Combine(bundle.Rootfs, "etc/passwd"), id = Runtime.NewId();
        Host("mkfifo", fifo).Succeeds();
        Child writer = Keep(Child.Start("/bin/sh", ["-c", $"exec 3> {fifo}; echo opened"], HostEnvironment));
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        Runtime.Run("exec", id, "/witness").Succeeds();
        Assert.Equal("", writer.Output);
        Assert.False(writer.HasExited);
    }

    /// <summary>
    /// Started inside a chroot, the runtime leaves a mount namespace whose own root is the host's: to join it is not to be in the container.
    /// </summary>
    [Fact]
    public void Exec_into_a_container_that_was_made_inside_a_chroot()
    {
        string id = Runtime.NewId(), root = Path.GetDirectoryName(InWork("chroot/here"))!;
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["sleep", "1000"]);
        CommandResult made = Host("unshare", "--mount", "--propagation", "private", "sh", "-ec",
            $"mount --rbind / {root}; exec chroot {root} {RuntimeCli.Program} --root {Runtime.StateRoot} run --detach --bundle {bundle.Path} {id} < /dev/null > {Runtime.OutputOf(id)} 2>&1");
        if (made.ExitCode != 0)
        {
            Assert.Contains("chroot", File.ReadAllText(Runtime.OutputOf(id)));     // refusing is as good
            return;
        }
        CommandResult inside = Runtime.Run("exec", id, "/bin/sh", "-c", "cat /proc/1/comm; echo /*").Succeeds();
        Assert.StartsWith("sleep\n", inside.Stdout);
        Assert.DoesNotContain("/boot", inside.Stdout);
    }
}
