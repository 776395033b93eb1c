using System.Reflection;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests;

/// <summary>The leak probe is a base class: this finds a test that forgot it.</summary>
public sealed class EveryTestIsWatched : RootTest
{
    [Fact]
    public void Every_class_of_tests_derives_from_RootTest()
    {
        Type[] forgotten = [.. typeof(EveryTestIsWatched).Assembly.GetTypes()
            .Where(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance).Any(m => m.GetCustomAttributes().Any(a => a is FactAttribute)))
            .Where(t => !t.IsSubclassOf(typeof(RootTest)))];
        Assert.Empty(forgotten);
    }
}
