using System.Globalization;

namespace Sampan.RootTests.Harness;

/// <summary>How often a test repeats what goes wrong only now and then, and with what chances: few rounds in the suite, many by hand.</summary>
internal sealed class Campaign
{
    /// <param name="rounds">In the suite; <c>SAMPAN_TEST_ROUNDS</c> says otherwise.</param>
    public Campaign(int rounds)
    {
        Rounds = Number("SAMPAN_TEST_ROUNDS") ?? rounds;
        Seed = Number("SAMPAN_TEST_SEED") ?? Random.Shared.Next();
        Random = new Random(Seed);
        TestContext.Current.TestOutputHelper?.WriteLine(ToString());
    }

    public int Rounds { get; }

    public int Seed { get; }

    public Random Random { get; }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"SAMPAN_TEST_SEED={Seed} SAMPAN_TEST_ROUNDS={Rounds}");

    private static int? Number(string variable)
        => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
