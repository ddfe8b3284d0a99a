// answer: slope
// fails: check-slope
Tensor CodeWithSlope(Tensor images)
{
    var smooth = (10 * (images - Thermometer.Thresholds)).sigmoid();
    return Thermometer.Code(images) + (smooth - smooth.detach()).detach();
}
