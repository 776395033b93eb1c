using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>One after another, and many at once: none fails, and nothing of them is left, which is for the leak probe to see.</summary>
public sealed class ManyContainersTests : RootTest
{
    [Fact]
    public void In_a_row()
    {
        var campaign = new Campaign(rounds: 30);
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["true"]);
        for (int i = 0; i < campaign.Rounds; i++)
            Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds();
        Assert.Empty(Directory.GetDirectories(Runtime.StateRoot));
    }

    [Fact]
    public void Fifty_at_once()
    {
        var campaign = new Campaign(rounds: 50);
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["true"]);
        for (int done = 0; done < campaign.Rounds; done += 50)
        {
            Child[] children = [.. Enumerable.Range(0, 50).Select(_ => Runtime.Start("run", "--bundle", bundle.Path, Runtime.NewId()))];
            foreach (Child child in children)
                child.Finish().Succeeds();
            foreach (Child child in children)
                child.Dispose();
        }
        Assert.Empty(Directory.GetDirectories(Runtime.StateRoot));
    }
}
