using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Escapes;

/// <summary>A container that tries to have <c>cp</c> read or write the host's files: CVE-2018-15664 and its kin.</summary>
/// <remarks>Each was seen to fail with a build that resolves paths from the container's root without RESOLVE_IN_ROOT.</remarks>
public sealed class CopyEscapeTests : RootTest
{
    private const int Copies = 60;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Links_lead_nowhere(bool runs)
    {
        string secret = InWork("host/secret"), outside = Path.GetDirectoryName(secret)!;
        File.WriteAllText(secret, "of the host");
        string id = Sampan.RunDetached("busybox", "sh", "-c", $"ln -s {outside} /d; ln -s {secret} /f; ln -s ../../../../../../..{outside} /up; ln -s /proc/1/root /proot; touch /ready; sleep 1000");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("exec", id, "test", "-e", "/ready").ExitCode == 0, Child.Limit));
        if (!runs)
        {
            Sampan.Run("kill", id).Succeeds();
            Sampan.WaitForStatus(id, "exited");
        }
        string file = InWork("file"), to = InWork("to/x")[..^2];
        File.WriteAllText(file, "of the attacker");
        foreach (string path in (string[])["/d/secret", "/d/", "/up/secret", "/up/.", "/proot" + secret, "/../../../../.." + secret])
            Sampan.Run("cp", $"{id}:{path}", to).ExitsWith(1);
        Sampan.Run("cp", "-L", $"{id}:/f", to).ExitsWith(1);
        Sampan.Run("cp", file, $"{id}:/d/planted").ExitsWith(1);
        Sampan.Run("cp", file, $"{id}:/up/planted").ExitsWith(1);
        Sampan.Run("cp", file, $"{id}:/f").ExitsWith(1);
        Sampan.Run("cp", file, $"{id}:/proot{outside}/planted").ExitsWith(1);
        Assert.Equal("of the host", File.ReadAllText(secret));
        Assert.Equal([secret], Directory.GetFileSystemEntries(outside));
        Assert.Empty(Directory.GetFileSystemEntries(to));
    }

    [Fact]
    public void A_directory_that_becomes_a_link_leads_nowhere()
    {
        string outside = InWork("host/w00t")[..^5];
        File.WriteAllText($"{outside}/w00t", "of the host");
        // In the container the same path is there, so that every copy has something to find.
        string id = Sampan.RunDetached("busybox", "sh", "-c", $"mkdir -p {outside} /real; echo inside > {outside}/w00t; echo inside > /real/w00t; ln -s {outside} /link; touch /ready; sleep 1000");
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("exec", id, "test", "-e", "/ready").ExitCode == 0, Child.Limit));
        string root = $"/proc/{Sampan.Inspect(id, "State.Pid")}/root";
        using var attacker = new Attacker($"{root}/real", $"{root}/link");
        string file = InWork("w00t"), to = InWork("to/x")[..^2];
        File.WriteAllText(file, "of the attacker");
        for (int i = 0; i < Copies; i++)
        {
            // Either may fail when it finds nothing; neither may find the host's.
            Sampan.Run("cp", $"{id}:/real/w00t", $"{to}/{i}");
            Sampan.Run("cp", $"{id}:/real", $"{to}/d{i}");
            Sampan.Run("cp", file, $"{id}:/real/w00t");
            Sampan.Run("cp", file, $"{id}:/real");
        }
        Assert.True(attacker.Swaps > Copies, $"only {attacker.Swaps} swaps");
        Assert.Equal("of the host", File.ReadAllText($"{outside}/w00t"));
        Assert.Single(Directory.GetFileSystemEntries(outside));
        foreach (string copied in Directory.EnumerateFiles(to, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint }))
            Assert.DoesNotContain("of the host", File.ReadAllText(copied));
    }

    [Fact]
    public void An_archive_follows_no_link_it_brought()
    {
        string outside = InWork("victim/x")[..^2], tar = InWork("evil.tar");
        string id = Sampan.RunDetached("busybox", "sh", "-c", $"mkdir -p /dest; sleep 1000");
        // First a link to the host's directory, then a file below the link's name.
        string build = InWork("build/x")[..^2];
        File.CreateSymbolicLink($"{build}/a", outside);
        Host("tar", "-C", build, "-cf", tar, "a").Succeeds();
        File.Delete($"{build}/a");
        Directory.CreateDirectory($"{build}/a");
        File.WriteAllText($"{build}/a/planted", "x");
        Host("tar", "-C", build, "-rf", tar, "a/planted").Succeeds();
        Host("sh", "-c", $"'{Path.Combine(Machine.Programs, "sampan")}' --root '{Sampan.Store.Root}' --runroot '{Sampan.Store.RunRoot}' cp - {id}:/dest < {tar}");
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }
}
