using System.Runtime.InteropServices;
using Adr.Attacks;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>What attacks, training and evaluation need to know of any module.</summary>
internal static class ModelFacts
{
    /// <summary>The name in tables and files: the architecture's, else the module's.</summary>
    internal static string NameOf(nn.Module<Tensor, Tensor> model)
    {
        if (model is Classifier classifier) return classifier.Architecture;
        var name = model.GetName();
        var isOwn = name.Length > 0 && !name.Contains("::", StringComparison.Ordinal); // not libtorch's torch::nn::…
        return isOwn ? name : model.GetType().Name;
    }

    /// <summary>The box of valid pixel values, [0,1] where the model does not say.</summary>
    internal static Bounds BoundsOf(nn.Module<Tensor, Tensor> model) => (model as Classifier)?.Bounds ?? Bounds.Unit;

    /// <summary>Checks that a model fits images and classes: a <see cref="Classifier"/> by what it declares, any other
    /// module by one forward pass on one image.</summary>
    /// <param name="model">Any module.</param>
    /// <param name="imageShape">[C,H,W].</param>
    /// <param name="classes">K.</param>
    /// <param name="data">The name of the data, for the message.</param>
    /// <param name="parameter">The caller's parameter that is refused.</param>
    /// <exception cref="ArgumentException">The model does not fit.</exception>
    internal static void Check(
        nn.Module<Tensor, Tensor> model,
        long[] imageShape,
        int classes,
        string data = "the data",
        string? parameter = null)
    {
        var own = model as Classifier;
        if (own is not null && !imageShape.SequenceEqual(own.InputShape))
            throw new ArgumentException(
                $"{own.Architecture} takes images {Shape(own.InputShape)}, {data} has {Shape(imageShape)}.", parameter);
        long[] logits = own is null ? LogitsShape(model, imageShape, data, parameter) : [1, own.Classes];
        if (logits is not [1, var found])
            throw new ArgumentException(
                $"{NameOf(model)} must give logits [B,{classes}], but its output for one image {Shape(imageShape)} of "
                + $"{data} is {Shape(logits)}.", parameter);
        if (found != classes)
            throw new ArgumentException($"{NameOf(model)} has {found} classes, {data} has {classes}.", parameter);
    }

    /// <summary>The latent [B,D] and the logits [B,K]; they may be the same tensor.</summary>
    /// <exception cref="ArgumentException">The model gives no latent.</exception>
    internal static (Tensor Latent, Tensor Logits) Represent(nn.Module<Tensor, Tensor> model, Tensor images) =>
        Latent(model).Represent(images);

    /// <summary>The model as one that gives its latent.</summary>
    /// <exception cref="ArgumentException">It gives none; the message says how to give one.</exception>
    internal static ILatentModel Latent(nn.Module<Tensor, Tensor> model) =>
        model as ILatentModel ?? throw new ArgumentException(
            $"{NameOf(model)} gives no latent. Implement ILatentModel in it, or compose it with "
            + "Classifier.From(features, head): then the output of features is the latent.", nameof(model));

    private static long[] LogitsShape(
        nn.Module<Tensor, Tensor> model, long[] imageShape, string data, string? parameter)
    {
        using var scope = NewDisposeScope();
        using var frozen = new FrozenModel(model); // in training mode the pass would move the moments of a batch norm
        using var noGraph = no_grad();
        var weight = model.parameters().FirstOrDefault();
        try
        {
            var image = zeros([1, .. imageShape], weight?.dtype ?? ScalarType.Float32, weight?.device ?? CPU);
            return model.call(image).shape;
        }
        catch (ExternalException refused) // libtorch's errors
        {
            throw new ArgumentException(
                $"{NameOf(model)} does not take the images {Shape(imageShape)} of {data}: "
                + refused.Message.Split('\n')[0], parameter, refused);
        }
    }

    private static string Shape(long[] shape) => $"[{string.Join(",", shape)}]";
}
