using CsCheck;

using Sampan.Cli.Grammar;

using Xunit;

namespace Sampan.Cli.Tests;

/// <summary>The grammar of the command line, against what pflag does with the same words.</summary>
public sealed class ArgumentParserTests
{
    private sealed class Sample
    {
        public readonly FlagSet Flags = new();
        public readonly BoolFlag Interactive;
        public readonly BoolFlag Tty;
        public readonly BoolFlag Detach;
        public readonly BoolFlag Remove;
        public readonly TextFlag Name;
        public readonly TextFlag Network;
        public readonly ListFlag Env;
        public readonly ValueFlag<long> Memory;
        public readonly ValueFlag<long> Shares;

        public Sample()
        {
            Interactive = Flags.Bool("interactive", 'i', "");
            Tty = Flags.Bool("tty", 't', "");
            Detach = Flags.Bool("detach", 'd', "");
            Remove = Flags.Bool("rm", '\0', "");
            Name = Flags.Add(new TextFlag("name", '\0', "") { OneDash = ["name"] });
            Network = Flags.Add(new TextFlag("network", '\0', "") { Aliases = ["net"], OneDash = ["net"] });
            Env = Flags.List("env", 'e', "");
            Memory = Flags.Bytes("memory", 'm', "");
            Shares = Flags.Add(new ValueFlag<long>("cpu-shares", 'c', "", "int", Values.Whole) { Aliases = ["cpushare"], OneDash = ["cpushare"] });
        }

        public string Show() => string.Join(' ', new[]
        {
            Interactive.Value ? "i" : "", Tty.Value ? "t" : "", Detach.Value ? "d" : "", Remove.Value ? "rm" : "",
            Name.Value is { } n ? $"name={n}" : "", Network.Value is { } w ? $"net={w}" : "", Env.Values.Count > 0 ? $"e={string.Join(',', Env.Values)}" : "",
            Memory.Value is { } m ? $"m={m}" : "", Shares.Value is { } c ? $"c={c}" : "",
        }.Where(static x => x.Length > 0));
    }

    [Theory]
    [InlineData("-it", "i t")]
    [InlineData("-ti", "i t")]
    [InlineData("-itd", "i t d")]
    [InlineData("-i -t --detach", "i t d")]
    [InlineData("-it=false", "i")]
    [InlineData("--rm=false", "")]
    [InlineData("--rm=T", "rm")]
    [InlineData("-m512m", "m=536870912")]
    [InlineData("-m=512m", "m=536870912")]
    [InlineData("-m 512m", "m=536870912")]
    [InlineData("-dm512m", "d m=536870912")]
    [InlineData("-dm 512m", "d m=536870912")]
    [InlineData("--memory 1.5g", "m=1610612736")]
    [InlineData("-e=x", "e=x")]
    [InlineData("-ex=y", "e=x=y")]
    [InlineData("-e x=y -e z", "e=x=y,z")]
    [InlineData("-e=", "e==")]
    [InlineData("--env=", "e=")]
    [InlineData("-e -it", "e=-it")]
    [InlineData("--name a --name=b", "name=b")]
    [InlineData("--name -d", "name=-d")]
    [InlineData("--net host", "net=host")]
    [InlineData("-net none -name x", "name=x net=none")]
    [InlineData("-name=x", "name=x")]
    [InlineData("--cpushare 512", "c=512")]
    [InlineData("-cpushare 512 -ti", "i t c=512")]
    [InlineData("-c 7", "c=7")]
    public void Flags_are_read_as_pflag_reads_them(string line, string expected)
    {
        var sample = new Sample();
        Assert.Empty(ArgumentParser.Parse(sample.Flags, line.Split(' '), interspersed: false));
        Assert.Equal(expected, sample.Show());
    }

    [Theory]
    [InlineData("--x", "unknown flag: --x")]
    [InlineData("--x=1", "unknown flag: --x")]
    [InlineData("-x", "unknown shorthand flag: 'x' in -x")]
    [InlineData("-itx", "unknown shorthand flag: 'x' in -itx")]
    [InlineData("-namex", "unknown shorthand flag: 'n' in -namex")]
    [InlineData("--name", "flag needs an argument: --name")]
    [InlineData("-m", "flag needs an argument: 'm' in -m")]
    [InlineData("-im", "flag needs an argument: 'm' in -im")]
    [InlineData("--=x", "bad flag syntax: --=x")]
    [InlineData("---x", "bad flag syntax: ---x")]
    [InlineData("-m abc", "invalid argument \"abc\" for \"-m, --memory\" flag: invalid size: 'abc'")]
    [InlineData("--rm=maybe", "invalid argument \"maybe\" for \"--rm\" flag: \"maybe\" is neither true nor false")]
    [InlineData("-t=x", "invalid argument \"x\" for \"-t, --tty\" flag: \"x\" is neither true nor false")]
    [InlineData("-t=", "unknown shorthand flag: '=' in -t=")]
    public void Mistakes_are_named(string line, string message)
        => Assert.Equal(message, Assert.Throws<FlagException>(() => ArgumentParser.Parse(new Sample().Flags, line.Split(' '), false)).Message);

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-ith")]
    public void Help_is_asked_for_rather_than_mistaken(string word)
        => Assert.True(Assert.Throws<FlagException>(() => ArgumentParser.Parse(new Sample().Flags, [word], false)).AsksHelp);

    [Fact]
    public void Flags_may_stand_between_the_arguments_of_an_interspersed_command()
    {
        var sample = new Sample();
        Assert.Equal(["a", "-", "b", "--rm"], ArgumentParser.Parse(sample.Flags, ["a", "-i", "-", "--name", "n", "b", "--", "--rm"], interspersed: true));
        Assert.Equal("i name=n", sample.Show());
    }

    [Fact]
    public void Two_dashes_before_the_image_are_dropped()
        => Assert.Equal(["busybox", "-it"], ArgumentParser.Parse(new Sample().Flags, ["-i", "--", "busybox", "-it"], interspersed: false));

    [Fact]
    public void What_follows_the_image_is_not_touched()
    {
        string[] command = ["busybox", "sh", "-c", "a  b", "--", "--rm", "-it", "@x", "", "-", "--name=x"];
        var sample = new Sample();
        Assert.Equal(command, ArgumentParser.Parse(sample.Flags, ["-it", "--name", "n", .. command], interspersed: false));
        Assert.Equal("i t name=n", sample.Show());
    }

    [Fact]
    public void Whatever_follows_the_image_is_not_touched()
    {
        var word = Gen.OneOf(Gen.String, Gen.OneOf("-it", "--rm", "--", "-", "", "@x", "--name", "-e", "--x=y", "a  b", "\n"));
        word.Array.Sample(words =>
        {
            var sample = new Sample();
            var rest = ArgumentParser.Parse(sample.Flags, ["-d", "busybox", .. words], interspersed: false);
            Assert.Equal(["busybox", .. words], rest);
            Assert.Equal("d", sample.Show());
        });
    }
}
