using Sampan.Oci;
using Sampan.RootTests.Conformance;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Escapes;

/// <summary>What the tests of published weaknesses derive from: a file of the host that no container may reach.</summary>
public abstract class EscapeTest : ConformanceTest
{
    private protected const string Secret = "a secret of the host";

    /// <summary>A directory of the host with one file in it, which must stay as it is.</summary>
    private protected string Victim
    {
        get
        {
            string file = InWork("victim/file");
            if (!File.Exists(file))
                File.WriteAllText(file, Secret);
            return Path.GetDirectoryName(file)!;
        }
    }

    private protected void VictimIsUntouched()
    {
        Assert.Equal(["file"], new DirectoryInfo(Victim).GetFileSystemInfos().Select(f => f.Name));
        Assert.Equal(Secret, File.ReadAllText(Path.Combine(Victim, "file")));
        Assert.Equal("0:0", Host("stat", "-c", "%u:%g", Path.Combine(Victim, "file")).Succeeds().Line);
    }

    /// <summary>Runs a bundle whose outcome may be an error or a container, as long as nothing of the host is touched or told.</summary>
    private protected CommandResult Harmless(Bundle bundle)
    {
        CommandResult result = Run(bundle);
        Assert.DoesNotContain(Secret, result.Stdout);
        VictimIsUntouched();
        return result;
    }
}
