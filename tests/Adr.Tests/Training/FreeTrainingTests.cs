using Adr.Attacks;
using Adr.Data;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public static class FreeTrainingTests
{
    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 2)]
    [InlineData(false, 1)]
    public static void The_perturbation_of_the_epoch_before_is_kept_only_where_it_persists(bool persists, int epoch)
    {
        using var scope = NewDisposeScope();
        using var model = new SmallClassifier(1);
        var free = new FreeTraining(ThreatModel.Linf(0.1), 2) { PersistsOverEpochs = persists };
        var batch = new Batch(full([4, 1, 4, 4], 0.5f), zeros(4, ScalarType.Int64), [0, 1, 2, 3]);
        using var kept = new PersistentPerturbation();
        kept.Put(full([4, 1, 4, 4], 0.0625f), epoch: 1);
        var inner = new InnerAttack(0.1, ExampleSeeds.Sequence(1, 4), Epoch: epoch, Perturbation: kept);
        var moved = free.Perturb(model, batch, inner) - batch.Images;
        var expected = persists || epoch == 1 ? 0.0625f : 0;
        Assert.All(moved.data<float>().ToArray(), value => Assert.Equal(expected, value));
    }
}
