using System.Text.Json;
using Sampan.Launch.Tests.BadInput;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>Spoiled documents before the program itself: a container that can be deleted, or one line that names the field, and nothing is left.</summary>
public sealed class MutatedConfigTests : RootTest
{
    private const long MostMemory = 256 << 20;

    [Fact]
    public void The_document_itself_makes_a_container()
    {
        Bundle bundle = Runtime.NewBundle();
        File.WriteAllText(Path.Combine(bundle.Path, "config.json"), FullConfig.Of(Token));
        Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds();
    }

    [Fact]
    public void Each_makes_a_container_or_a_line_that_names_the_field()
    {
        var campaign = new Campaign(rounds: 150);
        Bundle bundle = Runtime.NewBundle();
        string config = Path.Combine(bundle.Path, "config.json"), document = FullConfig.Of(Token);
        int made = 0;
        for (int round = 0; round < campaign.Rounds; round++)
        {
            // All of them by hand, some of them in the suite, others each time.
            int number = campaign.Rounds >= 10_000 ? round : campaign.Random.Next(1_000_000);
            var (json, what) = ConfigMutator.Spoil(document, number);
            if (NamesTheHost(json, bundle.Path))
                continue;
            File.WriteAllBytes(config, json);
            try
            {
                made += Try(bundle, config) ? 1 : 0;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"document {number} ({what}): {e.Message}", e);
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{made} containers made of {campaign.Rounds} documents");
        Assert.InRange(made, campaign.Rounds / 50, campaign.Rounds / 2);
    }

    private bool Try(Bundle bundle, string config)
    {
        string id = Runtime.NewId();
        // Of data, not of addresses: the collector reserves far more of those than it uses.
        CommandResult result = Child.RunIntoFile("/usr/bin/prlimit",
            [$"--data={MostMemory}", Path.Combine(Machine.Programs, "sampan-runtime"), "--root", Runtime.StateRoot, "create", "--bundle", bundle.Path, id], HostEnvironment, Runtime.OutputOf(id));
        Assert.True(result.Elapsed < TimeSpan.FromSeconds(5 * Machine.Patience), $"took {result.Elapsed}\n{result}");
        string[] lines = [.. result.Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.StartsWith("sampan-runtime: warning: ", StringComparison.Ordinal))];
        if (result.ExitCode == 0)
        {
            Assert.True(lines.Length == 0, result.ToString());
            Runtime.Run("delete", "--force", id).Succeeds();
        }
        else
        {
            Assert.True(result.ExitCode is 1 or 126 or 127, result.ToString());
            string line = Assert.Single(lines);
            Assert.False(line.Any(char.IsControl) || line.Contains("Exception", StringComparison.Ordinal), line);
            Assert.Matches($"^sampan-runtime: ({System.Text.RegularExpressions.Regex.Escape(config)}: |(ociVersion|process|root|hostname|domainname|mounts|hooks|annotations|linux)\\b|exec: |cannot allocate tty)", line);
        }
        File.Delete(Runtime.OutputOf(id));
        Assert.False(Directory.Exists(Path.Combine(Runtime.StateRoot, id)), $"{id} is still there\n{result}");
        return result.ExitCode == 0;
    }

    // A spoiled root may be a directory of the machine's, in which a container would make its mount points.
    private static bool NamesTheHost(byte[] json, string bundle)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty("root", out JsonElement root) && root.TryGetProperty("path", out JsonElement path)
                && path.GetString() is { } text && text != "rootfs" && Directory.Exists(Path.Combine(bundle, text));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return false;
        }
    }
}
